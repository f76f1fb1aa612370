"""What modules hold, as plain values that two processes can compare."""

from __future__ import annotations

import contextlib
import enum
import functools
import re
import sys
import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Snapshot = dict[str, Any]
ATOMS = (int, float, complex, str, bytes, bool, types.NoneType, types.EllipsisType, types.NotImplementedType, range)
LAZY_ANNOTATIONS = sys.version_info >= (3, 14)
KEPT_DUNDERS = frozenset(
    {"__doc__", "__all__", "__getattr__"} | ({"__annotations__"} if not LAZY_ANNOTATIONS else set())
)
CLASS_NOISE = frozenset(
    "__dict__ __weakref__ __module__ __firstlineno__ __static_attributes__ __annotate__ __annotate_func__ "
    "__annotations_cache__ __abstractmethods__ _abc_impl __match_args__".split()
) - {"__match_args__", "__abstractmethods__"}
ADDRESS = re.compile("at 0x[0-9a-f]+")
MISSING = object()
EMPTY: tuple[str, dict[str, Any]] = ("__annotations__", {})  # there or not, no one can tell


def is_pure(name: str) -> bool:
    """Programs call `f1`, `f2`, ... what can be called without arguments and without consequences."""
    return name[:1] == "f" and name[1:].isdigit()


def results(modules: Mapping[str, types.ModuleType]) -> dict[str, Any]:
    """What the pure functions of modules return; an exception counts by its type."""
    found: dict[str, Any] = {}
    for module_name in sorted(modules):
        namespace = vars(modules[module_name])
        for name in sorted(filter(is_pure, namespace)):
            try:
                found[f"{module_name}.{name}()"] = namespace[name]()
            except Exception as error:
                found[f"{module_name}.{name}()"] = f"raises {type(error).__name__}"
    return found


def names(module: types.ModuleType) -> dict[str, Any]:
    """What a module's own source bound."""
    return {
        name: value
        for name, value in sorted(vars(module).items())
        if (not (name.startswith("__") and name.endswith("__")) or name in KEPT_DUNDERS) and (name, value) != EMPTY
    }


def _asked(name: str, module: types.ModuleType) -> dict[str, Any]:
    """What is computed when someone asks for it."""
    try:
        found: Any = module.__annotations__ if LAZY_ANNOTATIONS else {}
    except Exception as error:  # names that are not there
        found = type(error).__name__
    return {f"{name}.__annotations__()": found} if found else {}


def take(modules: Mapping[str, types.ModuleType], called: Mapping[str, Any], only: Collection[str]) -> Snapshot:
    """Every name of the modules of these names, and what their functions returned."""
    roots = {f"{m}.{n}": value for m in sorted(only) for n, value in names(modules[m]).items()}
    for name in sorted(only):
        roots |= _asked(name, modules[name])
    return _Describer(modules).describe({**roots, **called})


class _Describer:
    """Walks from the roots, breadth first: what has an identity is described once, at its home, and referred to."""

    def __init__(self, modules: Mapping[str, types.ModuleType]) -> None:
        self._module_names = {id(module): name for name, module in modules.items()}
        self._globals = {id(vars(module)): name for name, module in modules.items()}
        self._user = frozenset(modules)
        self._homes: dict[int, str] = {}
        self._waiting: list[tuple[str, Any]] = []
        self._alive: list[Any] = []  # ids stay unique as long as what they belong to lives

    def describe(self, roots: Mapping[str, Any]) -> Snapshot:
        for path, value in roots.items():
            if isinstance(value, (type, types.FunctionType)) and path == f"{value.__module__}.{value.__qualname__}":
                self.settle(path, value)
        found = {path: self.refer(path, value) for path, value in roots.items()}
        for path, value in self._waiting:  # grows while it is walked
            found[f"{path} is"] = self.content(path, value)
        return found

    def settle(self, path: str, value: Any) -> str:
        home = self._homes.get(id(value))
        if home is None:
            home = self._homes[id(value)] = path
            self._alive.append(value)
            self._waiting.append((path, value))
        return home

    def refer(self, path: str, value: Any) -> Any:
        kind = type(value)
        if kind in ATOMS:
            return (kind.__name__, ADDRESS.sub("at 0x", repr(value)) if kind is str else repr(value))
        if isinstance(value, types.ModuleType):
            return ("module", value.__name__)
        if kind in (tuple, types.GenericAlias):
            if kind is types.GenericAlias:
                return ("alias", self.refer(path, value.__origin__), self.refer(path, value.__args__))
            return ("tuple", *(self.refer(f"{path}[{i}]", each) for i, each in enumerate(value)))
        if isinstance(value, frozenset) and kind is frozenset:
            return ("frozenset", *self.unordered(path, value))
        if kind is types.CodeType:
            return self.code(value)
        if isinstance(value, type) and value.__module__ not in self._user:
            return ("class", value.__module__, value.__qualname__)
        if kind in (types.BuiltinFunctionType, types.WrapperDescriptorType, types.MethodDescriptorType):
            return ("builtin", value.__qualname__)
        if kind is types.FunctionType and id(value.__globals__) not in self._globals:
            return ("library function", value.__module__, value.__qualname__)
        return ("->", self.settle(path, value))

    def content(self, path: str, value: Any) -> Any:
        kind = type(value)
        if kind is types.FunctionType:
            return self.function(path, value)
        if isinstance(value, type):
            return self.klass(path, value)
        if kind in (list, set, dict):
            return self.container(path, value)
        if kind in (staticmethod, classmethod):
            return (kind.__name__, self.refer(f"{path}.__func__", value.__func__))
        if kind is property:
            parts = (self.refer(f"{path}.{n}", getattr(value, n)) for n in ("fget", "fset", "fdel", "__doc__"))
            return ("property", *parts)
        if kind is types.MethodType:
            return (
                "method",
                self.refer(f"{path}.__self__", value.__self__),
                self.refer(f"{path}.__func__", value.__func__),
            )
        if isinstance(value, functools.partial):
            return ("partial", *(self.refer(f"{path}.{n}", getattr(value, n)) for n in ("func", "args", "keywords")))
        if kind is functools._lru_cache_wrapper:
            return ("cached", self.refer(f"{path}.__wrapped__", value.__wrapped__), self.state(path, value))
        if kind is types.MappingProxyType:
            return ("proxy", *self.pairs(path, dict(value)))
        return ("instance", self.refer(f"type({path})", kind), *self.inherited(path, value), self.state(path, value))

    def container(self, path: str, value: Any) -> Any:
        if isinstance(value, dict):
            return ("dict", *self.pairs(path, value))
        if isinstance(value, (set, frozenset)):
            return ("set", *self.unordered(path, value))
        return ("list", *(self.refer(f"{path}[{i}]", each) for i, each in enumerate(value)))

    def inherited(self, path: str, value: Any) -> tuple[Any, ...]:
        """What an instance of a subclass of a built-in type holds by that."""
        if isinstance(value, enum.Enum):
            return ()
        if isinstance(value, (dict, list, set, frozenset)):
            return (self.container(path, value),)
        if isinstance(value, tuple):
            return tuple(self.refer(f"{path}[{i}]", each) for i, each in enumerate(value))
        if isinstance(value, ATOMS):
            base: Any = next(base for base in type(value).__mro__ if base in ATOMS)
            return (base.__repr__(value),)
        if isinstance(value, BaseException):
            return (self.refer(f"{path}.args", value.args),)
        return ()

    def state(self, path: str, value: Any) -> Any:
        kind = type(value)
        if kind.__module__ not in self._user and kind is not functools._lru_cache_wrapper:
            try:
                text = repr(value)
            except Exception as error:
                text = f"repr raises {type(error).__name__}"
            return ADDRESS.sub("at 0x", text)
        for name, member in [pair for cls in kind.__mro__ for pair in vars(cls).items()]:
            if isinstance(member, functools.cached_property):  # whether someone asked for it already is no difference
                with contextlib.suppress(Exception):
                    getattr(value, name)
        own = dict(getattr(value, "__dict__", {}))
        slots = [
            n
            for c in kind.__mro__
            for n in _as_tuple(vars(c).get("__slots__", ()))
            if n not in ("__dict__", "__weakref__")
        ]
        for name in slots:
            if (held := getattr(value, name, MISSING)) is not MISSING:
                own[name] = held
        own.pop("__objclass__", None)
        return ("state", *self.pairs(path, own))

    def pairs(self, path: str, mapping: Mapping[Any, Any]) -> Iterable[Any]:
        for key, value in mapping.items():
            yield (
                self.refer(f"{path}<{key!r}>" if type(key) in ATOMS else f"{path}<key>", key),
                self.refer(f"{path}.{_short(key)}", value),
            )

    def unordered(self, path: str, values: Iterable[Any]) -> list[Any]:
        return sorted((self.refer(f"{path}{{}}", each) for each in values), key=repr)

    def function(self, path: str, value: types.FunctionType) -> Any:
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=True)
        own = dict(vars(value))
        return (
            "function",
            ("module", value.__module__, self._globals.get(id(value.__globals__))),
            ("name", value.__name__, value.__qualname__),
            ("code", self.code(value.__code__)),
            ("defaults", self.refer(f"{path}.__defaults__", value.__defaults__)),
            ("kwdefaults", *self.pairs(f"{path}.__kwdefaults__", value.__kwdefaults__ or {})),
            ("annotations", *self.pairs(f"{path}.__annotations__", value.__annotations__)),
            ("doc", value.__doc__),
            ("closure", *((name, self.refer(f"{path}.{name}", _content(cell))) for name, cell in cells)),
            ("dict", *self.pairs(path, own)),
        )

    def klass(self, path: str, value: type) -> Any:
        members = {
            n: v
            for n, v in vars(value).items()
            if n not in CLASS_NOISE and type(v) not in NOISE_TYPES and (n, v) != EMPTY
        }
        return (
            "class",
            ("name", value.__module__, value.__qualname__),
            ("type", self.refer(f"type({path})", type(value))),
            ("bases", *(self.refer(f"{path}.__bases__[{i}]", base) for i, base in enumerate(value.__bases__))),
            *((name, self.refer(f"{path}.{name}", member)) for name, member in sorted(members.items())),
        )

    def code(self, code: types.CodeType) -> Any:
        return (
            code.co_qualname, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags,
            code.co_code.hex(), code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
            tuple(self.constant(each) for each in code.co_consts),
            ("lines", code.co_firstlineno, code.co_linetable.hex()),
        )  # fmt: skip

    def constant(self, value: Any) -> Any:
        if isinstance(value, types.CodeType):
            return self.code(value)
        if isinstance(value, frozenset):
            return ("frozenset", *sorted(map(repr, value)))
        return (type(value).__name__, repr(value))


NOISE_TYPES = (types.GetSetDescriptorType, types.MemberDescriptorType)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return "<empty cell>"


def _as_tuple(slots: Any) -> tuple[str, ...]:
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _short(key: Any) -> str:
    return key if isinstance(key, str) else repr(key) if type(key) in ATOMS else getattr(key, "__qualname__", "<key>")
