"""Live functions: finding those that run a code object, and giving them new code in place."""

from __future__ import annotations

import functools
import gc
import inspect
import sys
import types
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
)
from typing import Any

from ..syntax import codes
from .transaction import MISSING, Transaction, put_in_order

Pair = tuple[CodeType, CodeType]
CONTAINERS = (list, tuple, dict, set, frozenset)
LEAVES = frozenset(map(id, (
    bool, int, float, complex, str, bytes, types.NoneType, types.BuiltinFunctionType, types.WrapperDescriptorType,
    types.MethodWrapperType, types.MethodDescriptorType, types.ClassMethodDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType,
)))  # fmt: skip
"""Identities of the types whose values are made of nothing; a metaclass of the user's may compare types as it likes."""


@dataclass(eq=False, repr=False)
class Swap:
    """New code for old, file by file, and where it went."""

    pairs: list[Pair]
    roots: list[Any]
    """Values through which the functions are most likely reached."""
    namespaces: Callable[[], Iterable[Mapping[str, Any]]] = tuple
    """Gives those of all modules, where wrappers of the functions may be."""
    unchanged: set[int] = field(default_factory=set)
    """Identities of old code objects whose source is the same: they only moved, or were compiled again."""
    holders: dict[int, int] = field(default_factory=dict)
    """Identity of each old code object to the references to it that are no function's."""
    functions: dict[int, list[FunctionType]] = field(default_factory=lambda: defaultdict(list))
    """Identity of each new code object to the functions that run it now."""
    refused: list[tuple[FunctionType, CodeType]] = field(default_factory=list)
    """Functions whose closures do not have the variables that the new code wants."""
    docs: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)
    """Identity of each function to its docstring before and after, where that changed."""
    defaults: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Identity of each function to its default values by the names that its old code gave them."""
    changed: list[CodeType] = field(default_factory=list)
    """Old code objects whose successors run differently."""


def swap(transaction: Transaction, request: Swap) -> None:
    """Give every function that runs an old code object of `request` the new one, all in one go."""
    others: list[Any] = []
    holders = find(request.pairs, request.roots, request.holders, others)
    _follow_registries(transaction, request, others)
    for old, new in request.pairs:
        if id(old) not in request.unchanged and codes.surface(old) != codes.surface(new):
            request.changed.append(old)
        for function in holders.get(id(old), ()):
            fitting = fit(new, old)
            if fitting is None:
                request.refused.append((function, new))
                continue
            request.functions[id(new)].append(function)
            request.defaults[id(function)] = default_values(function)
            transaction.do((setattr, function, "__code__", fitting), (setattr, function, "__code__", old))
            _follow_docstring(transaction, request, function, old, new)
    _follow_wrappers(transaction, request)
    _heap.forget()


def give_code(transaction: Transaction, function: FunctionType, code: CodeType) -> None:
    transaction.set_attribute(function, "__code__", code)
    _heap.note(function)


def _follow_registries(transaction: Transaction, request: Swap, containers: Sequence[Any]) -> None:
    """Where a module keeps code objects themselves, in a set of those that tracebacks hide say, it keeps the new."""
    if not containers:
        return
    ours = {id(value) for value in visit(_everything(request), limit=100_000)}
    successors = {id(old): new for old, new in request.pairs}
    for container in containers:
        if id(container) in ours:
            gone = [entry for entry in container if id(entry) in successors]
            pairs = [(entry, successors[id(entry)]) for entry in gone]
            transaction.do((_exchange, container, pairs), (_exchange, container, [(new, old) for old, new in pairs]))


def _exchange(container: set[Any] | list[Any], pairs: Sequence[Pair]) -> None:
    for old, new in pairs:
        if isinstance(container, list):
            container[:] = [new if entry is old else entry for entry in container]
        else:
            container.discard(old)
            container.add(new)


def _everything(request: Swap) -> list[Any]:
    """All that modules name; walked from the end, so what the edit is about comes first."""
    return [*(value for namespace in request.namespaces() for value in list(namespace.values())), *request.roots]


def fit(new: CodeType, old: CodeType) -> CodeType | None:
    """`new` in a form that a function with the closure of `old` can run; None where there is none."""
    return new if new.co_freevars == old.co_freevars else None


def _follow_wrappers(transaction: Transaction, request: Swap) -> None:
    """What wrappers and properties copied of a function's docstring follows it."""
    if not request.docs:
        return
    for value in visit(_everything(request), limit=100_000):
        for part in _wrapped(value):
            if id(part) in request.docs:
                _follow_copies(transaction, value, *request.docs[id(part)])


def _follow_copies(transaction: Transaction, value: Any, before: str | None, after: str | None) -> None:
    doc = own(value, "__doc__")
    if before is None:
        if doc is None and own(value, "__wrapped__") is not MISSING:
            transaction.set_attribute(value, "__doc__", after)
        return
    changed = {before: after}
    for tidy in (inspect.cleandoc, str.strip):  # as command-line libraries copy it
        changed = {tidy(old): new and tidy(new) for old, new in changed.items()} | changed
    if isinstance(doc, str) and doc in changed:
        transaction.set_attribute(value, "__doc__", changed[doc])
    state = own(value, "__dict__")
    if isinstance(state, dict):
        for name, copied in list(state.items()):
            if isinstance(copied, str) and copied in changed:
                transaction.set_item(state, name, changed[copied])


def _wrapped(value: Any) -> Iterator[Any]:
    """What a wrapper or a descriptor wraps, to the innermost."""
    state = own(value, "__dict__")
    if not isinstance(value, (type, FunctionType)) and isinstance(state, dict):
        yield from state.values()
    for _ in range(20):
        inner = value.fget if isinstance(value, property) else own(value, "__wrapped__")
        if isinstance(value, functools.cached_property):
            inner = value.func
        if inner is MISSING or inner is None:
            return
        yield inner
        value = inner


def _follow_docstring(
    transaction: Transaction, request: Swap, function: FunctionType, old: CodeType, new: CodeType
) -> None:
    before, after = codes.docstring(old), codes.docstring(new)
    if before != after:
        request.docs[id(function)] = (before, after)
    if before != after and function.__doc__ == before:
        transaction.set_attribute(function, "__doc__", after)


class _Heap:
    """What one search of the heap has found: hundreds of statements may ask, each for functions of its own."""

    def __init__(self) -> None:
        self.once = False
        self._found: dict[int, list[weakref.ref[FunctionType]]] | None = None
        """By the identity of their code; the functions themselves are not held, whose references are counted."""

    def running(self, code: CodeType) -> list[FunctionType]:
        if self._found is None:
            self._found = {}
            for each in gc.get_objects():
                if type(each) is FunctionType:
                    self._found.setdefault(id(each.__code__), []).append(weakref.ref(each))
        found = [reference() for reference in self._found.get(id(code), ())]
        return [function for function in found if function is not None and function.__code__ is code]

    def note(self, function: FunctionType) -> None:
        """A function was given other code."""
        if self._found is not None:
            self._found.setdefault(id(function.__code__), []).append(weakref.ref(function))

    def forget(self) -> None:
        """Many were."""
        self._found = None

    @contextmanager
    def heap_searched_once(self) -> Iterator[None]:
        """Functions that are made meanwhile are not found: whoever asks looks for those that were there."""
        self.once = True
        try:
            yield
        finally:
            self.once, self._found = False, None


_heap = _Heap()
heap_searched_once = _heap.heap_searched_once


def find(
    pairs: Sequence[Pair],
    roots: Iterable[Any],
    holders: Mapping[int, int] = MappingProxyType({}),
    others: list[Any] | None = None,
) -> dict[int, list[FunctionType]]:
    """The live functions that run the first code object of each pair, by the identity of that code object.

    `holders` tells how many references to a code object the caller knows of, by its identity. Functions reachable
    from `roots` are found by walking; the heap is searched only for code objects that have more references than
    these explain; lists and sets that hold one come into `others`.
    """
    wanted = {id(old) for old, _ in pairs}
    found: dict[int, list[FunctionType]] = defaultdict(list)
    for function in reachable(roots):
        if id(function.__code__) in wanted:
            found[id(function.__code__)].append(function)
    held = Counter(id(child) for old, _ in pairs for child in codes.children(old))
    held.update(holders)
    counts = [sys.getrefcount(old) for old, _ in pairs]
    missing = [
        old
        for (old, _), count in zip(pairs, counts, strict=True)
        if count - held[id(old)] - len(found[id(old)]) > _BASE_REFERENCES and not codes.is_class_body(old)
    ]
    if missing and others is None and _heap.once:
        for code in missing:
            found[id(code)] = _heap.running(code)
    elif missing:
        identities = {id(code) for code in missing}
        for identity in identities:
            found[identity] = []
        for holder in gc.get_referrers(*missing):
            if type(holder) is FunctionType and id(holder.__code__) in identities:
                found[id(holder.__code__)].append(holder)
            elif others is not None and type(holder) in (list, set) and holder is not missing:
                others.append(holder)
    return found


def _base_references() -> int:
    """What the count in `find` gives for a code object that nothing but a pair and its parent's constants hold."""
    outer = compile("def f():\n def g(): pass\n", "<calibration>", "exec")
    (parent,) = codes.children(outer)
    pairs = [(inner, parent) for inner in codes.children(parent)]
    counts = [sys.getrefcount(old) for old, _ in pairs]
    return counts[0] - 1


_BASE_REFERENCES = _base_references()


def reachable(roots: Iterable[Any], classes: bool = True) -> Iterator[FunctionType]:
    """The functions that `roots` lead to through wrappers, closures, attributes of wrappers and members of `classes`.

    Every method that calls ``super()`` leads to its class, and so to all that it holds.
    """
    return (value for value in visit(roots, classes=classes) if type(value) is FunctionType)


def visit(roots: Iterable[Any], limit: int = 20_000, wrapped: bool = True, classes: bool = True) -> Iterator[Any]:
    """`roots` and what they lead to.

    Not through ``__wrapped__``, which nothing calls, unless `wrapped`; nor through `classes`, unless asked to.
    """
    seen: set[int] = set()
    waiting = list(roots)
    while waiting and len(seen) < limit:
        value = waiting.pop()
        if id(value) in seen or (isinstance(value, type) and not classes):
            continue
        seen.add(id(value))
        yield value
        waiting.extend(parts(value, wrapped))


def around(inner: Iterable[FunctionType], outermost: Iterable[Any]) -> Iterator[Any]:
    """The callables that decorators put around the functions `inner`, up to the `outermost`."""
    holders: dict[int, list[Any]] = defaultdict(list)
    for holder, part in _layers(outermost):
        holders[id(part)].append(holder)
    reached: list[Any] = list(inner)
    while reached:
        for holder in holders.pop(id(reached.pop()), ()):
            yield holder
            reached.append(holder)


def wrapped(outermost: Iterable[Any]) -> Iterator[FunctionType]:
    """The functions among `outermost` and in the callables that they are made of."""
    values = list(outermost)
    yield from (part for part in (*values, *(part for _, part in _layers(values))) if type(part) is FunctionType)


def _layers(outermost: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Each callable with the callables that it is made of; not what classes and containers hold."""
    seen: set[int] = set()
    waiting = [value for value in outermost if not isinstance(value, (type, *CONTAINERS))]
    while waiting:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            for part in parts(value):
                if callable(part) and not isinstance(part, type):
                    yield value, part
                    waiting.append(part)


def parts(value: Any, wrapped: bool = True) -> Iterator[Any]:
    """What a callable is made of."""
    kind = type(value)
    if kind is FunctionType:
        attributes = [v for name, v in vars(value).items() if wrapped or name != "__wrapped__"]
        for content in (*cell_contents(value), *attributes, *(value.__defaults__ or ())):
            if _leads_on(content):
                yield content
    elif isinstance(value, type):
        yield from (member for member in list(vars(value).values()) if _leads_on(member))
    elif kind in (staticmethod, classmethod, MethodType):
        yield value.__func__
    elif isinstance(value, property):
        yield from (part for part in (value.fget, value.fset, value.fdel) if part is not None)
    elif isinstance(value, functools.partial):
        yield value.func
    elif kind in (list, tuple, set, frozenset):
        yield from (part for part in list(value)[:500] if _leads_on(part))
    elif kind is dict:
        yield from (part for part in list(value.values())[:500] if _leads_on(part))
    elif id(kind) not in LEAVES:
        inner = own(value, "__wrapped__")
        if inner is not MISSING and (wrapped or _calls_wrapped(value)):
            yield inner
        if isinstance(value, functools.cached_property):
            yield value.func
        held = list(own_dict(value).items())
        yield from (part for name, part in held if (wrapped or name != "__wrapped__") and _leads_on(part))


def _calls_wrapped(value: Any) -> bool:
    """Whether an object may call what it has as ``__wrapped__``: `update_wrapper` gives one to any.

    What is written in C has it elsewhere, or is of `functools`.
    """
    if "__wrapped__" not in own_dict(value) or type(value).__module__ == "functools":
        return True
    members = [member for cls in type(value).__mro__ for member in list(vars(cls).values())]
    return any(type(m) is FunctionType and "__wrapped__" in m.__code__.co_names for m in members)


def free_variables(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The variables of a closure and what they hold, those not bound yet left out."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue


def cell_content(cell: CellType) -> Any:
    """What a variable of a closure holds; MISSING where it is not bound."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def cell_contents(function: FunctionType) -> Iterator[Any]:
    return (content for _, content in free_variables(function))


def contents(function: FunctionType) -> Iterator[Any]:
    """All that a function holds besides its code."""
    yield from cell_contents(function)
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    yield from vars(function).values()


def _leads_on(value: Any) -> bool:
    kind = type(value)
    if kind is FunctionType:
        return True
    if id(kind) in LEAVES:
        return False
    return callable(value) or hasattr(kind, "__get__") or kind in (list, tuple, dict, set)


def own(value: Any, name: str) -> Any:
    """An attribute of `value` without running the user's code."""
    try:
        return object.__getattribute__(value, name)
    except (AttributeError, TypeError):
        return MISSING
    except Exception:  # a descriptor of the user's
        return MISSING


def own_dict(value: Any) -> Mapping[str, Any]:
    """What `value` itself holds by name, without running the user's code; nothing where it has no dict."""
    if isinstance(value, type):
        members: Mapping[str, Any] = type.__getattribute__(value, "__dict__")
        return members
    state = own(value, "__dict__")
    return state if isinstance(state, dict) else {}


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """What `value` holds by name, in its dict and in slots, without running the user's code."""
    yield from list(own_dict(value).items())
    for cls in type(value).__mro__:
        for name, member in list(vars(cls).items()):
            if type(member) is MemberDescriptorType and (held := own(value, name)) is not MISSING:
                yield name, held


def merge(
    transaction: Transaction,
    old: FunctionType,
    new: FunctionType,
    kept_defaults: Collection[str] = (),
    before: dict[str, Any] | None = None,
) -> FunctionType | None:
    """Make `old` be what `new` is; None where CPython does not let it (other free variables).

    None also where `old` goes on as another definition of the same name: the second ``_`` is not the first.
    `kept_defaults` names parameters whose default values stay the old objects; `before` tells these objects
    where the code of `old`, and so the meaning of its defaults, has been swapped already.
    """

    def itself(value: Any) -> Any:
        """A function may see itself in its closure, defaults and attributes: `old` goes on seeing `old`."""
        return old if value is new else value

    code = fit(new.__code__, old.__code__)
    if code is None or _cell_count(old) != _cell_count(new):
        return None
    if transaction.continued.setdefault(id(old), code) is not code:
        return None
    if old.__code__ is not code:
        give_code(transaction, old, code)
    for name, mine, theirs in zip(code.co_freevars, old.__closure__ or (), new.__closure__ or (), strict=True):
        if name != "__class__":  # the old class stays the one that `super()` starts from
            _merge_cell(transaction, mine, theirs, itself)
    defaults, keyword_defaults = _merged_defaults(default_values(old) if before is None else before, new, kept_defaults)
    defaults = defaults and tuple(map(itself, defaults))
    keyword_defaults = keyword_defaults and {name: itself(value) for name, value in keyword_defaults.items()}
    transaction.set_attribute(old, "__defaults__", defaults)
    transaction.set_attribute(old, "__kwdefaults__", keyword_defaults)
    for name in ("__name__", "__qualname__", "__doc__"):
        if getattr(old, name) != getattr(new, name):
            transaction.set_attribute(old, name, getattr(new, name))
    if "__wrapped__" in vars(old).keys() | vars(new).keys():  # `functools.wraps` copies it
        transaction.set_attribute(old, "__module__", new.__module__)
    renew_annotations(transaction, old, new)
    if sys.version_info >= (3, 12) and old.__type_params__ != new.__type_params__:
        transaction.set_attribute(old, "__type_params__", new.__type_params__)
    _merge_dict(transaction, vars(old), {name: itself(value) for name, value in vars(new).items()})
    return old


def _cell_count(function: FunctionType) -> int:
    return len(function.__closure__ or ())


def _merge_cell(transaction: Transaction, mine: Any, theirs: Any, itself: Callable[[Any], Any]) -> None:
    try:
        content = itself(theirs.cell_contents)
    except ValueError:
        return
    try:
        before = mine.cell_contents
    except ValueError:
        transaction.do((setattr, mine, "cell_contents", content), (delattr, mine, "cell_contents"))
        return
    if before is not content:
        transaction.set_attribute(mine, "cell_contents", content)


def _merged_defaults(
    before: dict[str, Any], new: FunctionType, kept: Collection[str]
) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
    defaults = new.__defaults__
    if defaults and kept:
        names = positional_names(new)[-len(defaults) :]
        defaults = tuple(before[n] if n in kept and n in before else v for n, v in zip(names, defaults, strict=True))
    keyword_defaults = new.__kwdefaults__
    if keyword_defaults and kept:
        keyword_defaults = {n: before[n] if n in kept and n in before else v for n, v in keyword_defaults.items()}
    return defaults, keyword_defaults


def positional_names(function: FunctionType) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def default_values(function: FunctionType) -> dict[str, Any]:
    """Parameter name to default value."""
    defaults = function.__defaults__ or ()
    names = positional_names(function)
    values = dict(zip(names[len(names) - len(defaults) :], defaults, strict=False))
    return {**values, **(function.__kwdefaults__ or {})}


def annotations_of(function: FunctionType) -> object:
    """What tells one set of annotations from another, without computing those that wait to be asked for (3.14)."""
    if sys.version_info >= (3, 14) and (annotate := function.__annotate__) is not None:
        return id(annotate)
    return dict(function.__annotations__)


def renew(transaction: Transaction, old: FunctionType, new: FunctionType, seen: frozenset[int] = frozenset()) -> None:
    """Let `old`, which does the same, and what it wraps, have the annotations and the lines of `new`."""
    renew_annotations(transaction, old, new)
    if old.__code__ is not new.__code__ and old.__code__.co_freevars == new.__code__.co_freevars:
        give_code(transaction, old, new.__code__)
    for mine, theirs in zip(contents(old), contents(new), strict=False):
        if type(mine) is type(theirs) is FunctionType and mine is not theirs and id(mine) not in seen:
            renew(transaction, mine, theirs, seen | {id(old), id(mine)})


def renew_annotations(transaction: Transaction, old: FunctionType, new: FunctionType) -> None:
    """The annotations of `new`; since 3.14 also where they look the same, for `old` may have computed its own."""
    if sys.version_info >= (3, 14):
        if old.__annotate__ is not new.__annotate__:
            before, after = old.__annotate__, new.__annotate__
            # None as __annotate__ would leave the annotations that were computed from the old one
            name, value = ("__annotations__", {}) if after is None else ("__annotate__", after)
            transaction.do((setattr, old, name, value), (setattr, old, "__annotate__", before))
    elif old.__annotations__ != new.__annotations__:
        transaction.set_attribute(old, "__annotations__", new.__annotations__)


def _merge_dict(transaction: Transaction, old: dict[str, Any], new: dict[str, Any]) -> None:
    for key in [key for key in old if key not in new]:
        transaction.delete_item(old, key)
    for key, value in new.items():
        if not (key == "__wrapped__" and old.get(key) is value):
            transaction.set_item(old, key, value)
    if list(old) != list(new):
        put_in_order(old, new)


_LRU = type(functools.lru_cache(len))


@dataclass(frozen=True, repr=False)
class Cache:
    """Results that a function computed earlier, and how to forget them."""

    holder: Any
    function: Any
    forget: Callable[[], Callable[[], object]]
    """Empties it, and gives what takes that back as far as it can be."""
    owner: type | None = None
    """The class that it is a member of."""

    @property
    def is_empty(self) -> bool:
        """Whether it surely holds nothing; only `functools` says."""
        info = own(self.holder, "cache_info")
        return type(info) is BuiltinFunctionType and type(info.__self__) is _LRU and info().currsize == 0


def caches(namespace: Mapping[str, Any], module: str) -> Iterator[Cache]:
    """What `functools.cache` and the like, and `functools.cached_property`, hold in a module's own definitions."""
    waiting: list[tuple[Any, type | None]] = [(value, None) for value in namespace.values()]
    seen: set[int] = set()
    for value, owner in waiting:
        if isinstance(value, type):
            if value.__module__ == module and id(value) not in seen:
                seen.add(id(value))
                waiting += [(member, value) for member in list(vars(value).values())]
                yield from _cached_properties(value)
            continue
        if type(value) in (staticmethod, classmethod):
            value = value.__func__
        if isinstance(value, property):
            value = value.fget
        for _ in range(5):  # a cache may be wrapped in turn
            function = own(value, "__wrapped__")
            if function is MISSING:
                break
            clear = own(value, "cache_clear")
            if callable(clear):
                yield Cache(value, function, functools.partial(emptied, clear), owner)
            value = function


def _cached_properties(cls: type) -> Iterator[Cache]:
    for member in list(vars(cls).values()):
        if isinstance(member, functools.cached_property) and member.attrname is not None:
            yield Cache(member, member.func, functools.partial(_forget_property, cls, member.attrname), cls)


def emptied(clear: Callable[[], object]) -> Callable[[], object]:
    """Empty a cache. What it held is lost, so taking it back means that nothing stays which was put there since."""
    clear()
    return clear


def _forget_property(cls: type, name: str) -> Callable[[], object]:
    """Let instances of the class and of its subclasses compute a cached property again."""
    computed = []
    for instance in gc.get_referrers(*with_subclasses(cls)):
        if any(each is cls for each in type(instance).__mro__):  # without asking a protocol, or a metaclass
            state = own(instance, "__dict__")
            if isinstance(state, dict) and name in state:
                computed.append((state, state.pop(name)))
    return functools.partial(_give_back, computed, name)


def _give_back(computed: list[tuple[dict[str, Any], Any]], name: str) -> None:
    for state, value in computed:
        state[name] = value


def dispatchers(namespace: Mapping[str, Any]) -> Iterator[Callable[[], object]]:
    """For each `functools.singledispatch` function: how it forgets which classes it has seen."""
    members = [member for value in namespace.values() if isinstance(value, type) for member in vars(value).values()]
    for value in [*namespace.values(), *(own(member, "dispatcher") for member in members)]:
        forget = own(value, "_clear_cache")
        if callable(forget) and callable(own(value, "dispatch")):
            yield forget


def with_subclasses(cls: type) -> list[type]:
    """A class and all that derive from it, each after its bases."""
    found = {cls: None}
    waiting = [cls]
    for each in waiting:
        subclasses: list[type] = type.__subclasses__(each)
        waiting += [subclass for subclass in subclasses if subclass not in found]
        found.update(dict.fromkeys(subclasses))
    return sorted(found, key=lambda each: len(each.__mro__))


def forward(transaction: Transaction, old: FunctionType, new: FunctionType) -> None:
    """Let `old`, whose closure does not fit the code of `new`, call `new`: whoever holds it runs the new code."""
    if id(old) in transaction.continued or any(part is old for part in reachable([new])):
        return

    def stub(*args: Any, **kwargs: Any) -> Any:
        target: Any = "target"
        return target(*args, **kwargs)

    constants = tuple(new if constant == "target" else constant for constant in stub.__code__.co_consts)
    code = stub.__code__.replace(co_consts=constants, co_freevars=old.__code__.co_freevars, co_name=new.__name__)
    give_code(transaction, old, code)
    transaction.set_attribute(old, "__defaults__", None)
    transaction.set_attribute(old, "__kwdefaults__", None)
    transaction.set_item(vars(old), "__wrapped__", new)
