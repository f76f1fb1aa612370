"""Scenarios of drawn programs that went wrong once, made small."""

from __future__ import annotations

from .cases import case, one

LATE = "def f1():\n    from m2 import f1\n    return 0\nx = 1\n"
case(
    "function that imports a module and runs earlier now, while another imports all of its names",
    "m1",
    {"m1.py": LATE, "m2.py": "from m1 import *\n"},
    {"m1.py": LATE.replace("x = 1", "x = f1()\ny = 2")},
    {"m1.py": LATE},
)
LATE = "def f1():\n    import m2\n    return m2.z\nx = 1\nz = 3\n"
for through, files in {
    "itself": {"m2.py": "import m1\nz = getattr(m1, 'x', 5)\ny = getattr(m1, 'z', 6)\n"},
    "another": {
        "m2.py": "import m3\nz = m3.z\ny = 3\n",
        "m3.py": "import m1\nz = getattr(m1, 'x', 5)\ny = getattr(m1, 'z', 6)\n",
    },
}.items():
    case(
        f"module that a function imports earlier now, and then later again: by {through}",
        "m1",
        {"m1.py": LATE, **files},
        {"m1.py": LATE.replace("z = 3", "z = f1()")},
        {"m1.py": LATE.replace("x = 1", "x = f1()")},
        {"m1.py": LATE},
    )
case(
    "class whose annotations a protocol has asked for, and asks for no more",
    "m",
    {
        "m.py": """
        import typing
        class K: pass
        o = K()
        @typing.runtime_checkable
        class P(typing.Protocol):
            def k(self): ...
        c = isinstance(o, P)
        """
    },
    {
        "m.py": """
        import typing
        class K: pass
        o = 1
        @typing.runtime_checkable
        class P(typing.Protocol):
            def k(self): ...
        c = isinstance(o, P)
        """
    },
)
