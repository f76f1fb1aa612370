"""Generated projects that the benchmarks import and edit."""

from __future__ import annotations

from pathlib import Path

FUNCTION = """
def answer(argument=0):
    return argument * 0 + {value}
"""
MODULE = '''
"""Module {index} of a generated project."""
import collections
{imports}

LIMIT_{index} = {index}
TABLE = {{"a": 1, "b": [2, 3], "c": LIMIT_{index}}}


class Thing:
    """A thing that holds something."""

    size = 3

    def __init__(self, name, size=size):
        self.name, self.size = name, size

    def double(self):
        return self.size * 2

    @property
    def label(self):
        return f"{{self.name}}: {{self.size}}"


def work(items):
    """Count what is in `items`."""
    found = collections.Counter()
    for item in items:
        if item is not None:
            found[item] += 1
    return found


def answer(argument=0):
    return argument * 0 + {index}
'''


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def small(folder: Path) -> Path:
    """One small module with one function, `small.answer`."""
    header = '"""A small module."""\nLIMIT = 3\nvalue = 1\n\nclass Thing:\n    def method(self):\n        return 1\n\n'
    return write(folder, {"small.py": header + FUNCTION.format(value=0)})


def long_module(folder: Path, lines: int) -> Path:
    """One module of so many lines; the function that is edited stands in its middle."""
    one = "\n\ndef function_{0}(first, second={0}):\n    total = first + second\n    return total * {0}\n"
    half = "".join(one.format(number) for number in range(lines // 12))
    other = half.replace("function_", "another_")
    return write(folder, {"long.py": half + "\n" + FUNCTION.format(value=0) + other})


def many(folder: Path, count: int, linked: str = "from") -> Path:
    """A project of so many modules in packages of a hundred; each imports one or two before it."""
    files = {f"project/part{part}/__init__.py": "" for part in range(-(-count // 100))}
    files["project/__init__.py"] = ""
    for index in range(count):
        files[f"{_path(index)}.py"] = MODULE.format(index=index, imports=_imports(index, linked))
    files["everything.py"] = "".join(f"import {_name(index)}\n" for index in range(count))
    return write(folder, files)


def _imports(index: int, linked: str) -> str:
    before = [each for each in (index - 1, index // 2) if 0 <= each < index]
    if linked == "from":
        return "".join(f"from {_name(each)} import Thing as Thing{each}, LIMIT_{each}\n" for each in before)
    return "".join(f"import {_name(each)}\n" for each in before)


def _path(index: int) -> str:
    return f"project/part{index // 100}/module{index}"


def _name(index: int) -> str:
    return _path(index).replace("/", ".")


def constant(folder: Path, importers: int) -> Path:
    """A constant that so many modules import by name."""
    files = {f"users/user{index}.py": "from data import LIMIT\n" for index in range(importers)}
    files["data.py"] = "LIMIT = 0\n"
    files["everything.py"] = "".join(f"import users.user{index}\n" for index in range(importers))
    return write(folder, files | {"users/__init__.py": ""})


def diamond(folder: Path, depth: int, width: int, work: int) -> Path:
    """Layers of modules, each of which takes a value from every module of the layer above and works on it."""
    files = {"diamond/__init__.py": "", "diamond/top.py": "value = 0\n"}
    above = ["top"]
    for layer in range(depth):
        names = [f"m{layer}_{column}" for column in range(width)]
        taken = "".join(f"from diamond.{each} import value as {each}\n" for each in above)
        result = f"value = max([{', '.join(above)}]) + 0 * sum(range({work}))\n"
        files |= {f"diamond/{each}.py": taken + result for each in names}
        above = names
    files["everything.py"] = "".join(f"import diamond.{each}\n" for each in above)
    return write(folder, files)
