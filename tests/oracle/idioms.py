"""Draws more kinds of statements: what people keep at the top level of modules besides plain values and definitions."""

from __future__ import annotations

import sys

from .grammar import INT_FORMS, Scope, body, earlier, indent, members, rule, signature
from .program import Statement, module_name

INT_FORMS += [
    ("app", "len({0}.routes)"),
    ("app", "sum(f() for f in {0}.routes.values())"),
    ("hooks", "len({0}.called)"),
    ("plugins", "len({0}.known)"),
    ("tracked", "len({0}.every)"),
    ("proxy", "{0}.w"),
    ("error", "{0}.code"),
    ("error", "{0}({1}).args[0]"),
    ("dataclass", "{0}().x"),
    ("dataclass", "{0}(x={1}).total()"),
    ("generic", "{0}.w"),
    ("generic", "{0}[int]({1}).v"),
    ("dispatcher", "{0}({1})"),
    ("dispatcher", "{0}('ab')"),
    ("dispatcher", "{0}([{1}])"),
    ("settings", "{0}.a"),
    ("settings", "{0}.a + {0}.b"),
    ("grouped", "len({0})"),
    ("pattern", "len({0}.pattern)"),
    ("callables", "sum(f() for f in {0})"),
]


# --- registries as objects and classes ---------------------------------------------------------------------


@rule(2)
def application(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """An object with which handlers are registered by a key."""
    name, cls = s.name(given, "app", 0), s.name(given, "App", 1)
    keep = s.random.choice(["self.routes[path] = f", "self.routes.setdefault(path, f)"])
    return Statement(
        f"class {cls}:\n    def __init__(self):\n        self.routes = {{}}\n    def route(self, path, n={s.int(0)}):\n"
        f"        def register(f):\n            {keep}\n            return f\n        return register\n"
        f"    def add(self, path, f):\n        self.routes[path] = f\n{name} = {cls}()",
        ((name, "app"), (cls, "app class")),
        "application",
    )


@rule(3)
def route(s: Scope, given: tuple[str, ...]) -> Statement | None:
    app = s.ref("app")
    if app is None:
        return None
    name, parameters = s.name(given, "f"), signature(s)
    return Statement(
        f"@{app}.route('/{s.number()}')\ndef {name}({parameters}):\n{indent(body(s, parameters))}",
        ((name, "function"),),
        "route",
    )


@rule(1)
def added_route(s: Scope, given: tuple[str, ...]) -> Statement | None:
    app, what = s.ref("app"), s.ref("function")
    return None if app is None or what is None else Statement(f"{app}.add('/{s.number()}', {what})", (), "added_route")


@rule(1)
def hooks(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A class that functions are registered with by its class method."""
    name = s.name(given, "Hooks")
    return Statement(
        f"class {name}:\n    called = []\n    limit = {s.int(0)}\n    @classmethod\n    def on(cls, f):\n"
        "        cls.called.append(f)\n        return f",
        ((name, "hooks"),),
        "hooks",
    )


@rule(2)
def hooked(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("hooks")
    if of is None:
        return None
    name, parameters = s.name(given, "f"), signature(s)
    return Statement(
        f"@{of}.on\ndef {name}({parameters}):\n{indent(body(s, parameters))}", ((name, "function"),), "hooked"
    )


@rule(1)
def plugins(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A base that keeps its subclasses by a key that each gives."""
    name = s.name(given, "Plugin")
    return Statement(
        f"class {name}:\n    known = {{}}\n    w = {s.int(0)}\n    def __init_subclass__(cls, key=None, **k):\n"
        f"        super().__init_subclass__(**k)\n        {name}.known[key or cls.__name__] = cls\n"
        f"    def m(self):\n        return {s.int(1)}",
        ((name, "plugins"),),
        "plugins",
    )


@rule(2)
def plugin(s: Scope, given: tuple[str, ...]) -> Statement | None:
    base = s.ref("plugins")
    if base is None:
        return None
    name = s.name(given, "K")
    key = s.random.choice(["", f", key='k{s.number()}'"])
    return Statement(f"class {name}({base}{key}):\n{indent(members(s, False))}", ((name, "class"),), "plugin")


@rule(1)
def tracked(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A class that keeps its instances."""
    name = s.name(given, "Track")
    return Statement(
        f"class {name}:\n    every = []\n    def __init__(self, v={s.int(0)}):\n        self.v = v\n"
        f"        {name}.every.append(self)\n    def m(self):\n        return self.v + {s.int(1)}",
        ((name, "tracked"),),
        "tracked",
    )


@rule(2)
def tracked_instance(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("tracked")
    if of is None:
        return None
    name = s.name(given, "o")
    return Statement(f"{name} = {of}({s.int(1)})", ((name, "instance"),), "tracked_instance")


@rule(1)
def registering_metaclass(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, meta, known = s.name(given, "K", 0), s.name(given, "M", 1), s.name(given, "r", 2)
    return Statement(
        f"{known} = {{}}\nclass {meta}(type):\n    def __init__(cls, name, bases, namespace, **k):\n"
        f"        super().__init__(name, bases, namespace, **k)\n        {known}[name] = cls\n"
        f"class {name}(metaclass={meta}):\n    w = {s.int(0)}\n    def __init__(self, v=1):\n        self.v = v\n"
        f"    def m(self):\n        return {s.int(1)}",
        ((name, "class"), (meta, "metaclass"), (known, "table")),
        "registering_metaclass",
    )


@rule(1)
def dispatcher(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "disp")
    return Statement(
        f"import functools\n@functools.singledispatch\ndef {name}(n):\n    return {s.int(1)}",
        ((name, "dispatcher"),),
        "dispatcher",
    )


@rule(2)
def overload(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("dispatcher")
    if of is None:
        return None
    kind = s.random.choice(["str", "list", "int", s.ref("class") or "bool"])
    form = s.random.choice(
        ["@{0}.register\ndef _(n: {1}):\n    return {2}", "@{0}.register({1})\ndef _(n):\n    return {2}"]
    )
    return Statement(form.format(of, kind, s.int(1)), (), "overload")


# --- classes -----------------------------------------------------------------------------------------------


@rule(2)
def two_bases(s: Scope, given: tuple[str, ...]) -> Statement | None:
    one, two = s.ref("class"), s.ref("class", "generic")
    if one is None or two is None or one == two or one.rpartition(".")[2] in given:
        return None
    name = s.name(given, "K")
    return Statement(f"class {name}({one}, {two}):\n{indent(members(s, True))}", ((name, "class"),), "two_bases")


@rule(1)
def managed_attribute(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    more = s.random.choice(["", "\n    @v.deleter\n    def v(self):\n        del self._v"])
    return Statement(
        f"class {name}:\n    w = {s.int(0)}\n    def __init__(self, v={s.int(0)}):\n        self.v = v\n"
        f"    @property\n    def v(self):\n        return self._v + {s.int(0)}\n"
        f"    @v.setter\n    def v(self, value):\n        self._v = value * {s.number()}{more}\n"
        f"    def m(self):\n        return self.v\n    q = property(lambda self: {s.int(0)})",
        ((name, "class"),),
        "managed_attribute",
    )


@rule(1)
def field(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A descriptor that keeps what is set in the instances."""
    name, kind = s.name(given, "K", 0), s.name(given, "Field", 1)
    return Statement(
        f"class {kind}:\n    def __init__(self, default):\n        self.default = default\n"
        "    def __set_name__(self, owner, name):\n        self.name = '_' + name\n"
        "    def __get__(self, instance, owner):\n"
        f"        return self.default if instance is None else instance.__dict__.get(self.name, {s.int(0)})\n"
        "    def __set__(self, instance, value):\n        instance.__dict__[self.name] = value\n"
        f"class {name}:\n    w = {kind}({s.int(0)})\n    v = {kind}({s.number()})\n    def __init__(self, v=2):\n"
        f"        self.v = v\n    def m(self):\n        return self.w + {s.int(0)}",
        ((name, "class"), (kind, "descriptor")),
        "field",
    )


@rule(1)
def abstract_property(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, base = s.name(given, "K", 0), s.name(given, "A", 1)
    return Statement(
        f"import abc\nclass {base}(abc.ABC):\n    w = {s.int(0)}\n    @property\n    @abc.abstractmethod\n"
        f"    def q(self): ...\n    def m(self):\n        return self.q + {s.int(0)}\n"
        f"class {name}({base}):\n    v = {s.number()}\n    def __init__(self, v=2):\n        self.v = v\n"
        f"    @property\n    def q(self):\n        return {s.int(1)}",
        ((name, "class"), (base, "abstract")),
        "abstract_property",
    )


@rule(1)
def error(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "Err")
    base = s.ref("error") if s.chance(40) else None
    base = "Exception" if base is None or base == name else base
    return Statement(
        f"class {name}({base}):\n    code = {s.int(0)}\n    def __str__(self):\n        return str({s.int(1)})",
        ((name, "error"),),
        "error",
    )


@rule(1)
def raising(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of, caught = s.ref("error"), s.ref("error")
    if of is None:
        return None
    if s.chance(50):
        name = s.name(given, "f")
        return Statement(
            f"def {name}():\n    try:\n        raise {of}({s.int(0)})\n    except {caught} as problem:\n"
            "        return problem.args[0] + problem.code",
            ((name, "function"),),
            "raising",
        )
    name = s.name(given, "c")
    return Statement(
        f"try:\n    raise {of}({s.int(0)})\nexcept {caught} as problem:\n    {name} = problem.args[0]\n"
        f"except Exception:\n    {name} = {s.number()}",
        ((name, "int"),),
        "raising",
    )


@rule(1)
def parent_dataclass(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "D")
    return Statement(
        f"import dataclasses, typing\n@dataclasses.dataclass\nclass {name}:\n    x: int = {s.int(1)}\n"
        f"    kinds: typing.ClassVar[list] = [{s.number()}]\n"
        f"    y: int = dataclasses.field(default={s.number()}, repr=False)\n"
        f"    def __post_init__(self):\n        self.z = {s.int(0)}\n"
        f"    def total(self):\n        return self.x + self.z",
        ((name, "dataclass"),),
        "parent_dataclass",
    )


@rule(2)
def child_dataclass(s: Scope, given: tuple[str, ...]) -> Statement | None:
    base = s.ref("dataclass")
    name = s.name(given, "D")
    if base is None or base == name:
        return None
    method = s.random.choice(["", f"    def total(self):\n        return super().total() + {s.int(0)}\n"])
    return Statement(
        f"import dataclasses\n@dataclasses.dataclass\nclass {name}({base}):\n{method}    more: int = {s.int(0)}",
        ((name, "dataclass"),),
        "child_dataclass",
    )


@rule(1)
def generic(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, variable = s.name(given, "G", 0), s.name(given, "T", 1)
    rest = indent(members(s, False))
    if sys.version_info >= (3, 12) and name.endswith(("1", "3", "5", "7", "9")):
        return Statement(f"class {name}[T]:\n{rest}", ((name, "generic"),), "generic")
    return Statement(
        f"import typing\n{variable} = typing.TypeVar('{variable}')\nclass {name}(typing.Generic[{variable}]):\n{rest}",
        ((name, "generic"), (variable, "type variable")),
        "generic",
    )


@rule(1)
def specialised(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("generic")
    if of is None:
        return None
    if s.chance(60):
        name = s.name(given, "K")
        return Statement(f"class {name}({of}[int]):\n{indent(members(s, True))}", ((name, "class"),), "specialised")
    name = s.name(given, "h")
    return Statement(f"{name} = {s.random.choice([f'{of}[int]', f'list[{of}]'])}", ((name, "held"),), "specialised")


@rule(1)
def type_parameters(s: Scope, given: tuple[str, ...]) -> Statement | None:
    if sys.version_info < (3, 12):
        return None
    name = s.name(given, "f")
    return Statement(
        f"def {name}[T](a: T = {s.int(0)}) -> T:\n    return a + {s.int(1)}", ((name, "function"),), "type_parameters"
    )


@rule(1)
def protocol(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("instance")
    if of is None or sys.version_info < (3, 12):  # on 3.11 it has another __init__ once it was asked
        return None
    name, used = s.name(given, "Proto", 0), s.name(given, "c", 1)
    return Statement(
        f"import typing\n@typing.runtime_checkable\nclass {name}(typing.Protocol):\n"
        f"    def {s.random.choice('mk')}(self): ...\n"
        f"{used} = int(isinstance({of}, {name}))",
        ((name, "protocol"), (used, "int")),
        "protocol",
    )


@rule(1)
def of_built_in(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A subclass of list or dict, and an instance."""
    if s.chance(50):
        name, cls = s.name(given, "l", 0), s.name(given, "List", 1)
        return Statement(
            f"class {cls}(list):\n    def total(self):\n"
            f"        return sum(self) + {s.int(0)}\n{name} = {cls}([{s.int(0)}])",
            ((name, "list"), (cls, "list class")),
            "of_built_in",
        )
    name, cls = s.name(given, "t", 0), s.name(given, "Dict", 1)
    return Statement(
        f"class {cls}(dict):\n    def __missing__(self, key):\n"
        f"        return {s.int(0)}\n{name} = {cls}(k0={s.int(0)})",
        ((name, "dict"), (cls, "dict class")),
        "of_built_in",
    )


@rule(1)
def made_by_type(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    base = s.ref("class")
    bases = f"({base},)" if base and base != name and s.chance(40) else "()"
    return Statement(
        f"{name} = type('{name}', {bases}, {{'w': {s.int(0)}, '__init__': lambda self, v=1: setattr(self, 'v', v), "
        f"'m': lambda self: {s.int(1)}}})",
        ((name, "class"),),
        "made_by_type",
    )


@rule(1)
def functional(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """An enum or a named tuple that a call makes."""
    name = s.name(given, "E")
    names = " ".join("ABC"[: s.number(3)])
    return Statement(f"import enum\n{name} = enum.Enum('{name}', '{names}')", ((name, "enum"),), "functional")


@rule(1)
def class_with_control(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    form = s.random.choice(
        [
            f"if {s.int(0)} > {s.number(12)}:\n    def m(self):\n        return {s.int(1)}\nelse:\n    def m(self):\n"
            f"        return {s.int(0)}",
            f"for _name in 'ab':\n    locals()[_name] = {s.number()}\ndef m(self):\n    return self.a + {s.int(0)}",
            f"def _helper(n):\n    return n + {s.int(0)}\nw2 = _helper({s.number()})\ndel _helper\ndef m(self):\n"
            "    return self.w2",
            f"try:\n    w2 = {s.int(0)} // {s.random.randrange(2)}\nexcept ZeroDivisionError:\n    w2 = {s.number()}\n"
            "def m(self):\n    return self.w2",
        ]
    )
    first = f"w = {s.int(0)}\ndef __init__(self, v=1):\n    self.v = v\n"
    return Statement(f"class {name}:\n{indent(first + form)}", ((name, "class"),), "class_with_control")


@rule(1)
def conditional_class(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    one, other = (indent(indent(members(s, False))) for _ in range(2))
    test = f"{s.int(0)} > {s.number(15)}"
    return Statement(
        f"if {test}:\n    class {name}:\n{one}\nelse:\n    class {name}:\n{other}",
        ((name, "class"),),
        "conditional_class",
    )


@rule(1)
def proxy(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """An object that stands for a class, or an instance of one."""
    of = s.ref("class")
    if of is None:
        return None
    name, cls = s.name(given, "o", 0), s.name(given, "Proxy", 1)
    return Statement(
        f"class {cls}:\n    def __init__(self, of):\n        self.__dict__['_of'] = of\n"
        f"    def __getattr__(self, name):\n        return getattr(self._of, name)\n"
        f"{name} = {cls}({of}{s.random.choice(['', '()'])})",
        ((name, "proxy"), (cls, "proxy class")),
        "proxy",
    )


@rule(1)
def class_as_decorator(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "deco")
    update = s.random.choice(["", "\n        functools.update_wrapper(self, f)"])
    return Statement(
        f"import functools\nclass {name}:\n    def __init__(self, f):\n        self.f = f{update}\n"
        f"    def __call__(self, *a, **k):\n        return self.f(*a, **k) + {s.int(0)}",
        ((name, "decorator"),),
        "class_as_decorator",
    )


@rule(1)
def callable_object(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, cls = s.name(given, "f", 0), s.name(given, "Call", 1)
    return Statement(
        f"class {cls}:\n    def __init__(self, k):\n        self.k = k\n    def __call__(self):\n"
        f"        return self.k + {s.int(1)}\n{name} = {cls}({s.int(0)})",
        ((name, "function"), (cls, "callable class")),
        "callable_object",
    )


@rule(1)
def context_class(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, used = s.name(given, "Ctx", 0), s.name(given, "c", 1)
    return Statement(
        f"class {name}:\n    def __init__(self, n):\n        self.n = n\n    def __enter__(self):\n"
        f"        return self.n + {s.int(0)}\n    def __exit__(self, *error):\n        return False\n"
        f"with {name}({s.int(0)}) as {used}:\n    {used} += {s.number()}",
        ((name, "context class"), (used, "int")),
        "context_class",
    )


# --- functions ---------------------------------------------------------------------------------------------


@rule(1)
def annotated_function(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("class", "enum", "data", "generic")
    if of is None:
        return None
    name = s.name(given, "f")
    kind = s.random.choice([of, f"'{of}'", f"list[{of}]", f"{of} | None"])
    return Statement(
        f"def {name}(a: {kind} = None, b: int = {s.int(0)}) -> {kind}:\n    return b + {s.int(1)}",
        ((name, "function"),),
        "annotated_function",
    )


@rule(1)
def bound_by_comprehension(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, rest = s.name(given, "c", 0), s.name(given, "l", 1)
    return Statement(
        f"{name} = {s.int(0)}\nif {s.int(0)} > {s.number()}:\n"
        f"    {rest} = [{name} for i in range({s.number(4)}) if ({name} := i * {s.int(0)}) > {s.number(3)}]\n"
        f"else:\n    {rest} = []",
        ((name, "int"), (rest, "list")),
        "bound_by_comprehension",
    )


@rule(1)
def functions_in_a_row(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "h")
    return Statement(
        f"{name} = [lambda n=n: n + {s.int(1)} for n in range({s.number(3)})]",
        ((name, "callables"),),
        "functions_in_a_row",
    )


# --- values ------------------------------------------------------------------------------------------------


@rule(1)
def settings(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "conf")
    return Statement(
        f"import types\n{name} = types.SimpleNamespace(a={s.int(0)}, b={s.number()})", ((name, "settings"),), "settings"
    )


@rule(1)
def setting(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("settings")
    return None if of is None else Statement(f"{of}.{s.random.choice('ab')} = {s.int(0)}", (), "setting")


@rule(1)
def grouped(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "groups")
    form = s.random.choice(["defaultdict(list)", "OrderedDict()", f"Counter('k{s.number()}')"])
    return Statement(f"import collections\n{name} = collections.{form}", ((name, "grouped"),), "grouped")


@rule(1)
def grouping(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("grouped")
    return None if of is None else Statement(f"{of}['k{s.number()}'] = {s.int(1)}", (), "grouping")


@rule(1)
def counter(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "ids")
    return Statement(f"import itertools\n{name} = itertools.count({s.int(0)})", ((name, "counter"),), "counter")


@rule(1)
def counted(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("counter")
    if of is None:
        return None
    name = s.name(given, "c")
    return Statement(f"{name} = next({of})", ((name, "int"),), "counted")


@rule(1)
def pattern(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "pat")
    return Statement(f"import re\n{name} = re.compile(f'a{{{{{{{s.int(0)}}}}}}}')", ((name, "pattern"),), "pattern")


@rule(1)
def lock(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, used = s.name(given, "lock", 0), s.name(given, "c", 1)
    return Statement(
        f"import threading\n{name} = threading.Lock()\nwith {name}:\n    {used} = {s.int(1)}",
        ((name, "lock"), (used, "int")),
        "lock",
    )


@rule(1)
def grower(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A function that adds to a list of its module."""
    name, held = s.name(given, "grow", 0), s.name(given, "l", 1)
    return Statement(
        f"{held} = []\ndef {name}(n):\n    {held}.append(n + {s.int(0)})\n    return n",
        ((name, "grower"), (held, "list")),
        "grower",
    )


@rule(2)
def growing(s: Scope, given: tuple[str, ...]) -> Statement | None:
    grow = s.ref("grower")
    if grow is None:
        return None
    name = s.name(given, "c")
    form = s.random.choice(
        ["{0}({1})", "{2} = {0}({1})", "for _n in range({1} % 4):\n    {0}(_n)", "if {1} > 5:\n    {0}(2)"]
    )
    binds = ((name, "int"),) if form.startswith("{2}") else ()
    return Statement(form.format(grow, s.int(0), name), binds, "growing")


@rule(2)
def change_list(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.ref("list")
    if name is None:
        return None
    form = s.random.choice(
        ["{0}.sort()", "{0}.reverse()", "{0}[:] = [{1}, {2}]", "del {0}[1:]", "{0}.clear()", "{0}[len({0}):] = [{1}]"]
        + (["{0} += [{1}]", "{0} *= 2"] if "." in name else [])
    )
    return Statement(form.format(name, s.value(), s.value()), (), "change_list")


@rule(1)
def change_dict(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.ref("dict")
    if name is None:
        return None
    form = s.random.choice(
        ["{0} |= {{'k{2}': {1}}}", "{0}.update({{'k0': {1}}})", "for _k in list({0}):\n    {0}[_k] += {1}"]
    )
    if form.startswith("{0} |=") and "." in name:
        return None
    return Statement(form.format(name, s.value(), s.number()), (), "change_dict")


@rule(1)
def by_globals(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(f"globals()['{name}'] = {s.int(1)}", ((name, "int"),), "by_globals")


@rule(1)
def delete_name(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = given[0] if given else s.local("int", "text")
    return (
        None if name is None or name.startswith("_") else Statement(f"del {name}", ((name, "deleted"),), "delete_name")
    )


@rule(2)
def introspection(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """Values that tell of definitions."""
    name = s.name(given, "c")
    forms = [
        (("class",), "len({0}.__mro__)"),
        (("class",), "len({0}.__name__)"),
        (("class",), "len({0}.__doc__ or '')"),
        (("class",), "sum(not n.startswith('_') for n in dir({0}))"),
        (("class",), "int(hasattr({0}, 'p'))"),
        (("class",), "getattr({0}, 'k', int)()"),
        (("class",), "len(inspect.getmembers({0}, inspect.isfunction))"),
        (("class",), "len(typing.get_type_hints({0}))"),
        (("function",), "len(inspect.signature({0}).parameters)"),
        (("function",), "len(getattr({0}, '__doc__', None) or '')"),
        (("function",), "len(getattr({0}, '__name__', ''))"),
        (("function",), "len(getattr({0}, '__annotations__', ''))"),
        (("function",), "getattr({0}, 'note', 3)"),
        (("function",), "getattr({0}, 'tag', 3)"),
        (("dataclass",), "len(dataclasses.fields({0}))"),
        (("enum",), "len({0}.__members__)"),
        (("instance",), "len(vars({0}))"),
        (("instance",), "int(hasattr({0}, 'p'))"),
    ]
    kinds, form = s.random.choice(forms)
    of = s.ref(*kinds)
    if of is None:
        return None
    return Statement(
        f"import inspect, typing, dataclasses\n{name} = {form.format(of)}", ((name, "int"),), "introspection"
    )


@rule(1)
def is_of(s: Scope, given: tuple[str, ...]) -> Statement | None:
    instance, cls = s.ref("instance"), s.ref("class")
    if instance is None or cls is None:
        return None
    name = s.name(given, "c")
    form = s.random.choice(["int(isinstance({0}, {1}))", "int(issubclass(type({0}), {1}))", "int(type({0}) is {1})"])
    return Statement(f"{name} = {form.format(instance, cls)}", ((name, "int"),), "is_of")


# --- imports -----------------------------------------------------------------------------------------------


def _ints(s: Scope) -> list[tuple[str, str]]:
    """Module and name of the numbers that other modules have."""
    modules = [module_name(path) for path in earlier(s)]
    return [(m, n) for m in modules for n, k in s.exported(m).items() if k == "int"]


@rule(1)
def by_name(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A module, or a name of it, that is asked for by its name."""
    found = _ints(s)
    if not found:
        return None
    module, known = s.random.choice(found)
    name = s.name(given, "c")
    form = s.random.choice(
        [
            "import importlib\n{0} = importlib.import_module('{1}').{2}",
            "import importlib\n{0} = getattr(importlib.import_module('{1}'), '{2}')",
            "import {1}, sys\n{0} = sys.modules['{1}'].{2}",
            "import {1} as _{0}\n{0} = getattr(_{0}, '{2}', 5)",
            "import {1} as _{0}\n{0} = int(hasattr(_{0}, '{2}'))",
            "{0} = __import__('{1}', fromlist=['x']).{2}",
        ]
    )
    return Statement(form.format(name, module, known), ((name, "int"),), "by_name")


@rule(1)
def import_by_condition(s: Scope, given: tuple[str, ...]) -> Statement | None:
    found = _ints(s)
    if not found:
        return None
    (m1, n1), (m2, n2) = s.random.choice(found), s.random.choice(found)
    name = s.name(given, "c")
    return Statement(
        f"if {s.int(0)} > {s.number(15)}:\n    from {m1} import {n1} as {name}\n"
        f"else:\n    from {m2} import {n2} as {name}",
        ((name, "int"),),
        "import_by_condition",
    )


@rule(1)
def through_package(s: Scope, given: tuple[str, ...]) -> Statement | None:
    found = [(m, n) for m, n in _ints(s) if "." in m]
    if not found:
        return None
    module, known = s.random.choice(found)
    name = s.name(given, "c")
    package = module.partition(".")[0]
    return Statement(
        f"import {module}\n{name} = {module}.{known}", ((name, "int"), (package, "package")), "through_package"
    )


@rule(1)
def type_checking(s: Scope, given: tuple[str, ...]) -> Statement | None:
    found = _ints(s)
    module, known = s.random.choice(found) if found else ("absent", "Absent")
    name = s.name(given, "f")
    return Statement(
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {module} import {known} as Known_{name}\n"
        f"def {name}(a: 'Known_{name}' = {s.int(0)}):\n    return {s.int(1)}",
        ((name, "function"),),
        "type_checking",
    )


@rule(1)
def more_exports(s: Scope, given: tuple[str, ...]) -> Statement | None:
    names = [n for n in s.bound if not n.startswith("_")]
    if not names or not any(x.maker == "exports" for x in s.program.files.get(s.path, ())):
        return None
    form = s.random.choice(["__all__ += [{0!r}]", "__all__.append({0!r})", "__all__ = [*__all__, {0!r}]"])
    return Statement(form.format(s.random.choice(names)), (), "more_exports")
