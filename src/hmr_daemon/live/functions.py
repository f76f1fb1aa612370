"""Live functions: finding those that run a code object, and letting one be what another is."""

from __future__ import annotations

import gc
import sys
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FunctionType, MappingProxyType
from typing import Any

from ..loading.scripts import innermost_frames, outward
from ..syntax import codes
from .insides import contents, reachable
from .kinds import plain_type
from .transaction import Transaction, put_in_order

Pair = tuple[CodeType, CodeType]


def give_code(transaction: Transaction, function: FunctionType, code: CodeType) -> None:
    transaction.set_attribute(function, "__code__", code)
    heap.note(function)


def fit(new: CodeType, old: CodeType) -> CodeType | None:
    """`new` in a form that a function with the closure of `old` can run; None where there is none."""
    return new if new.co_freevars == old.co_freevars else None


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
    def searched_once(self) -> Iterator[None]:
        """Functions that are made meanwhile are not found: whoever asks looks for those that were there."""
        self.once = True
        try:
            yield
        finally:
            self.once, self._found = False, None


heap = _Heap()


def find(
    pairs: Sequence[Pair],
    roots: Iterable[Any],
    holders: Mapping[int, int] = MappingProxyType({}),
    others: list[Any] | None = None,
) -> dict[int, list[FunctionType]]:
    """The live functions that run the first code object of each pair, by the identity of that code object.

    `holders` tells how many references to a code object the caller knows of, by its identity. Functions reachable
    from `roots` are found by walking; the heap is searched only for code objects that have more references than
    these, and frames that run it now, explain; lists and sets that hold one come into `others`.
    """
    wanted = {id(old) for old, _ in pairs}
    found: dict[int, list[FunctionType]] = defaultdict(list)
    for function in reachable(roots):
        if id(function.__code__) in wanted:
            found[id(function.__code__)].append(function)
    held = Counter(id(child) for old, _ in pairs for child in codes.children(old))
    held.update(holders)
    counts = [sys.getrefcount(old) for old, _ in pairs]
    unknown = [
        count - _BASE_REFERENCES - held[id(old)] - len(found[id(old)])
        for (old, _), count in zip(pairs, counts, strict=True)
    ]
    running = _frames_running() if any(number > 0 for number in unknown) else Counter[int]()
    missing = [
        old
        for (old, _), number in zip(pairs, unknown, strict=True)
        if number > running[id(old)] and not codes.is_class_body(old)
    ]
    if missing and others is None and heap.once:
        for code in missing:
            found[id(code)] = heap.running(code)
    elif missing:
        identities = {id(code) for code in missing}
        for identity in identities:
            found[identity] = []
        for holder in gc.get_referrers(*missing):
            if type(holder) is FunctionType and id(holder.__code__) in identities:
                found[id(holder.__code__)].append(holder)
            elif others is not None and plain_type(holder) in (list, set) and holder is not missing:
                others.append(holder)
    return found


def _frames_running() -> Counter[int]:
    """How many frames of all threads run each code object, by its identity: each holds it once."""
    return Counter(id(frame.f_code) for innermost in innermost_frames().values() for frame in outward(innermost))


def _base_references() -> int:
    """What the count in `find` gives for a code object that nothing but a pair and its parent's constants hold."""
    outer = compile("def f():\n def g(): pass\n", "<calibration>", "exec")
    (parent,) = codes.children(outer)
    pairs = [(inner, parent) for inner in codes.children(parent)]
    counts = [sys.getrefcount(old) for old, _ in pairs]
    return counts[0] - 1


_BASE_REFERENCES = _base_references()


def merge(
    transaction: Transaction,
    old: FunctionType,
    new: FunctionType,
    kept_defaults: Collection[str] = (),
    before: dict[str, Any] | None = None,
) -> FunctionType | None:
    """Make `old` be what `new` is; None where CPython does not let it (other free variables).

    None also where `old` goes on as another definition of the same name: the second ``_`` is not the first. So it is
    where two names had one function, and have one each now.
    `kept_defaults` names parameters whose default values stay the old objects; `before` tells these objects
    where the code of `old`, and so the meaning of its defaults, has been swapped already.
    """

    def itself(value: Any) -> Any:
        """A function may see itself in its closure, defaults and attributes: `old` goes on seeing `old`."""
        return old if value is new else value

    code = fit(new.__code__, old.__code__)
    if code is None or _cell_count(old) != _cell_count(new):
        return None
    if not transaction.lets_go_on(old, new, code):
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
    _merge_face(transaction, old, new)
    _merge_dict(transaction, vars(old), {name: itself(value) for name, value in vars(new).items()})
    return old


def _merge_face(transaction: Transaction, old: FunctionType, new: FunctionType) -> None:
    """Let a function show itself as another does."""
    for name in ("__name__", "__qualname__", "__doc__"):
        if getattr(old, name) != getattr(new, name):
            transaction.set_attribute(old, name, getattr(new, name))
    if "__wrapped__" in vars(old).keys() | vars(new).keys():  # `functools.wraps` copies it
        transaction.set_attribute(old, "__module__", new.__module__)
    renew_annotations(transaction, old, new)
    if sys.version_info >= (3, 12) and old.__type_params__ != new.__type_params__:
        transaction.set_attribute(old, "__type_params__", new.__type_params__)


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


def renew(transaction: Transaction, old: FunctionType, new: FunctionType, seen: frozenset[int] = frozenset()) -> bool:
    """Let `old`, which does the same, and what it wraps, have the annotations and the lines of `new`.

    False where `old` goes on as another already.
    """
    if new.__closure__ and not transaction.lets_go_on(old, new, new.__code__):
        return False
    renew_annotations(transaction, old, new)
    if old.__code__ is not new.__code__ and old.__code__.co_freevars == new.__code__.co_freevars:
        give_code(transaction, old, new.__code__)
    for mine, theirs in zip(contents(old), contents(new), strict=False):
        if type(mine) is type(theirs) is FunctionType and mine is not theirs and id(mine) not in seen:
            renew(transaction, mine, theirs, seen | {id(old), id(mine)})
    return True


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
