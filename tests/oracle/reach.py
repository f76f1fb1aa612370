"""Which names an edit surely does not reach, told from the text of both versions (and never too many)."""

from __future__ import annotations

import ast
import builtins
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

Name = tuple[str, str]
BUILTIN = frozenset(dir(builtins))


def unreached(
    old: Mapping[str, str], new: Mapping[str, str], was: Mapping[str, Any], now: Mapping[str, Any]
) -> set[str]:
    """Names (``module.name``) whose statements, and all that these could depend on, are as they were."""
    before, after = _Program(old), _Program(new)
    changed = {name for name in {*before.statements, *after.statements} if before.dump(name) != after.dump(name)}
    changed |= {_split(p, after.modules) for p in now if " " not in p and "(" not in p and was.get(p) != now[p]}
    changed |= {_split(p[:-3], after.modules) for p in now if p.endswith(" is") and was.get(p) != now[p]}
    reached = after.dependents(changed) | before.dependents(changed)
    return {f"{module}.{name}" for module, name in after.statements if (module, name) not in reached}


def bound_once(files: Mapping[str, str]) -> set[str]:
    """Names (``module.name``) that one top-level statement binds, and no other."""
    counts = Counter(
        f"{module_name(path)}.{name}"
        for path, text in files.items()
        for s in _parse(text).body
        for name in set(_bound(s))
    )
    return {name for name, count in counts.items() if count == 1}


def _split(path: str, modules: Mapping[str, Any]) -> Name:
    module = max((m for m in modules if path.startswith(m + ".")), key=len, default=path.partition(".")[0])
    return module, path[len(module) + 1 :].partition(".")[0].partition("[")[0]


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # of a file that no one loads
        return ast.Module([], [])


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class _Program:
    """Who mentions whom: between names, module by module."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.modules = {module_name(path): _parse(text) for path, text in files.items()}
        self.packages = {module_name(path) for path in files if path.endswith("__init__.py")}
        self.statements: set[Name] = set()
        self.mentions: dict[Name, set[Name]] = defaultdict(set)
        self.sequence: dict[str, list[tuple[str, set[Name]]]] = defaultdict(list)
        for module, tree in self.modules.items():
            self._read(module, tree)

    def dump(self, name: Name) -> list[str]:
        """The statements that make a name and what it mentions, in their order."""
        around = {name, *self.mentions.get(name, ())}
        return [text for text, targets in self.sequence.get(name[0], ()) if not around.isdisjoint(targets)]

    def dependents(self, names: set[Name]) -> set[Name]:
        users: dict[Name, set[Name]] = defaultdict(set)
        for user, used in self.mentions.items():
            for name in used:
                users[name].add(user)
        found, waiting = set(names), list(names)
        while waiting:
            for user in users[waiting.pop()]:
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return found

    def _read(self, module: str, tree: ast.Module) -> None:
        everything = (module, "*")
        for statement in tree.body:
            bound = set(_bound(statement))
            mentioned = set(self._mentioned(module, statement))
            if any(isinstance(n, (ast.ImportFrom, ast.Import)) for n in ast.walk(statement)):
                mentioned |= set(self._imported(module, statement))
            for name, other in self._aliases(module, statement):
                self.mentions[other].add(name)  # who changes what one of them holds changes the other
            star = any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in ast.walk(statement))
            targets = {(module, name) for name in bound}
            acts = any(
                isinstance(n, (ast.Call, ast.AugAssign, ast.Subscript, ast.Attribute)) for n in ast.walk(statement)
            )
            if acts:  # it may change what it mentions
                targets |= mentioned
            if star:
                targets.add(everything)
            text = ast.dump(statement)
            self.sequence[module].append((text, targets))
            for target in targets:
                self.statements.add(target)
                self.mentions[target] |= mentioned - {target}
        for own in [name for name in self.statements if name[0] == module]:
            self.mentions[own].add((module, "*"))

    def _aliases(self, module: str, statement: ast.stmt) -> Iterator[tuple[Name, Name]]:
        """Names that surely are other names for something, with those."""
        for each in ast.walk(statement):
            if isinstance(each, ast.ImportFrom):
                source = self._absolute(module, each)
                for alias in each.names:
                    for name in self._names(source) if alias.name == "*" else [alias.name]:
                        yield (module, alias.asname or name), (source, name)
        if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Name, ast.Attribute)):
            for target in _bound(statement):
                yield from (((module, target), other) for other in self._mentioned(module, statement.value))

    def _mentioned(self, module: str, node: ast.AST) -> Iterator[Name]:
        """Names of this module, and attributes that may be names of any."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id not in BUILTIN:
                yield module, each.id
            if isinstance(each, ast.Attribute):
                for other in self.modules:
                    yield other, each.attr
            if isinstance(each, ast.Global):
                yield from ((module, name) for name in each.names)

    def _imported(self, module: str, statement: ast.stmt) -> Iterator[Name]:
        for each in ast.walk(statement):
            if isinstance(each, ast.ImportFrom):
                source = self._absolute(module, each)
                for alias in each.names:
                    yield source, alias.name
                    yield source, "__getattr__"
                    yield source, "*"
                    if alias.name == "*":
                        yield source, "__all__"
                        yield from ((source, name) for name in self._names(source))

    def _names(self, module: str) -> Iterator[str]:
        for statement in self.modules.get(module, ast.Module([], [])).body:
            yield from _bound(statement)

    def _absolute(self, module: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        base = module.split(".")
        base = base[: len(base) - node.level + (module in self.packages)]
        return ".".join([*base, *([node.module] if node.module else [])])


def _bound(statement: ast.stmt) -> Iterator[str]:
    for each in ast.walk(statement):
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            yield each.id
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
        elif isinstance(each, (ast.Import, ast.ImportFrom)):
            yield from (a.asname or a.name.partition(".")[0] for a in each.names)
        elif isinstance(each, ast.Global):
            yield from each.names
