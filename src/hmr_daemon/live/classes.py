"""Live classes: changing one in place, or letting its successor take over."""

from __future__ import annotations

import abc
import collections
import enum
import gc
import sys
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from types import CellType, FunctionType
from typing import Any

from .._bootstrap import environment_reason
from ..syntax import codes
from ..syntax.diff import Change
from ..syntax.instrument import METACLASS, QUALNAME, ClassEdit, mangled
from ..syntax.statements import Statement
from . import abstract, functions, values
from .holders import SLOT_TYPES, held_by_unknown, holders, replace_references
from .transaction import MISSING, Transaction

# What type() puts into every class, or keeps in its slots; no body binds them.
IMPLICIT = frozenset(
    {
        "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__annotate__",
        "__annotate_func__", "__annotations_cache__", "__firstlineno__", "__static_attributes__", "__orig_bases__",
        "__parameters__", "__type_params__", "__abstractmethods__", "_abc_impl", "__slots__", "__classcell__",
        "__classdictcell__", "__hash__", "__protocol_attrs__", "_is_protocol", "_is_runtime_protocol",
        "__non_callable_proto_members__", "__match_args__",
    }
)  # fmt: skip
PARAMETERS = ("__orig_bases__", "__type_params__")
"""What tells by what a generic class may be parametrized."""
LOOKED_AT = ("__annotations__", "__doc__")
"""Members that tell of a class what nothing runs by itself."""
METHOD_TYPES = (FunctionType, staticmethod, classmethod, property)
NOT_MEMBERS = frozenset({"__classcell__", "__classdictcell__", "__module__", "__qualname__", "__static_attributes__",
                         "__conditional_annotations__"})  # fmt: skip

FIELDS = "__dataclass_fields__"
TOLD_BY_FIELDS = frozenset({FIELDS, "__dataclass_params__", "__match_args__"})


@dataclass(frozen=True, eq=False, repr=False)
class ClassChange:
    """Which members of a class came out different, other than by the code of its functions."""

    cls: type
    names: frozenset[str]
    whole: bool
    """Whether something outside the body, a decorator, makes more of the members than they show."""
    rebased: bool
    reshaped: bool = False
    """Whether it has members that it had not, or the other way round: who looks through all sees that."""
    before: Mapping[str, Any] | None = None
    """The members before, where those who are told of the class, and its decorators, may have yet to set theirs."""

    def completed(self) -> ClassChange:
        """The same once the statement has run: with the members that others than its body made other than before."""
        if self.before is None:
            return self
        before, now = self.before, vars(self.cls)
        rest = {*before, *now} - IMPLICIT - TOLD_BY_FIELDS - self.names
        made = {n for n in rest if not values.same(before.get(n, MISSING), now.get(n, MISSING))}
        return replace(self, names=self.names | made, before=None)

    def with_inner(self, changes: Mapping[int, ClassChange]) -> ClassChange:
        """The same, told of together with the `changes` (by identity) of the classes inside of this one."""
        inner = [changes[id(m)] for m in list(vars(self.cls).values()) if isinstance(m, type) and id(m) in changes]
        found = [each.with_inner(changes) for each in inner if _is_inner(each.cls, self.cls)]
        names = {name for each in found for name in each.names if not (name[:2] == "__" == name[-2:])}
        names |= {each.cls.__name__ for each in found if each.special or each.whole}  # it is made otherwise, not this
        return replace(self, names=self.names | names) if found else self

    @property
    def shown(self) -> frozenset[str]:
        """Names that code mentions which sees the change: special methods are run by using the class."""
        return self.names - self.special_names | ({self.cls.__name__} if self.special else frozenset())

    @property
    def special(self) -> bool:
        """Whether code that merely uses the class runs what changed."""
        return bool(self.special_names)

    @property
    def special_names(self) -> frozenset[str]:
        """The members by which it does: special methods, and what else is found by its name."""
        return frozenset(n for n in self.names if n[:2] == "__" == n[-2:] and n not in LOOKED_AT)

    @property
    def is_none(self) -> bool:
        """Whether the class came out as it was."""
        return not (self.names or self.whole or self.rebased)

    @property
    def runs_otherwise(self) -> bool:
        """Whether using the class may run other code than before."""
        return self.whole or self.rebased or not self.names.issubset(LOOKED_AT)

    @property
    def methods_only(self) -> bool:
        """Whether nothing differs but functions, which are looked up when they are called."""
        members = [vars(self.cls).get(name) for name in self.names if name != "__doc__"]
        return not self.whole and all(isinstance(member, METHOD_TYPES) for member in members)


@dataclass(frozen=True)
class Remade:
    """A class that was made anew, as the object that it is."""

    cls: type
    before: Mapping[str, Any]
    """Its members before."""


class CannotChange(Exception):  # noqa: N818
    """A class whose layout CPython does not let change in place. Caught by the executor, never shown."""

    def __init__(self, qualname: str, reason: str) -> None:
        super().__init__(qualname, reason)
        self.qualname = qualname
        self.reason = reason


def is_installed(owner: type) -> bool:
    """Whether a class comes from an installed library, and not from the standard one."""
    if owner.__module__.partition(".")[0] in sys.stdlib_module_names:
        return False
    module = sys.modules.get(owner.__module__)
    return environment_reason(getattr(module, "__file__", None) or "<builtin>") is not None


def changeable(cls: object) -> bool:
    """Whether the body of a class may be run in part: its metaclass makes nothing of the namespace itself."""
    if not isinstance(cls, type):
        return False
    metaclass = type(cls)
    for owner in type.mro(metaclass):
        if owner in (type, abc.ABCMeta, object):
            continue
        if owner.__module__ == "typing" and owner.__name__ == "_ProtocolMeta" and not is_protocol(cls):
            continue
        makes = {"__new__", "__init__", "__prepare__", "__call__"} & set(vars(owner))
        if makes and not (makes == {"__init__"} and is_installed(owner)):
            return False
    return _bases_make_nothing(cls)


def _bases_make_nothing(cls: type) -> bool:
    """``class P(NamedTuple)`` names a base that is not one: it makes another class of the body."""
    bases = cls.__dict__.get("__orig_bases__")
    if not isinstance(bases, tuple):
        return True
    try:
        resolved = types.resolve_bases(bases)
    except Exception:  # an __mro_entries__ of the user's
        return False
    return all(not isinstance(base, type) or issubclass(type(cls), type(base)) for base in resolved)


def _generated(member: Any) -> bool:
    """Whether a function was made from text that no file has, or wraps one that was."""
    if type(member) is not FunctionType:
        return False
    return member.__code__.co_filename.startswith("<") or _generated(functions.own(member, "__wrapped__"))


class Namespace(dict[str, Any]):
    """What a class body that runs in part runs in: it sees the members that stay."""

    def __init__(self, cls: type, visible: Collection[str]) -> None:
        super().__init__()
        self._cls = cls
        self._visible = visible

    def __missing__(self, key: str) -> Any:
        member = self._cls.__dict__.get(key, MISSING)
        if member is MISSING or key in IMPLICIT or key not in self._visible:
            raise KeyError(key)
        return member


def _visible(cls: type, members: Sequence[tuple[Statement, Change]]) -> set[str]:
    """What a body that runs in part sees of its class: names that members which stay have bound.

    What a decorator or the program set on the class is not there yet, nor what members bind that run, or stand below.
    """
    running = [s for s, change in members if change not in (Change.SAME, Change.BODY)]
    bound = {mangled(name, cls.__name__) for s, _ in members for name in s.effects.writes}
    if any(s.effects.dynamic for s, _ in members):
        bound |= vars(cls).keys()
    bound -= {mangled(name, cls.__name__) for s in running for name in s.effects.writes}
    return bound - _bound_below(members, running)


def _bound_below(members: Sequence[tuple[Statement, Change]], running: Collection[Statement]) -> set[str]:
    """Names that a running member reads and that only members below it bind: to it, they mean the module's."""
    found, bound = set[str](), set[str]()
    for statement, _ in members:
        if statement in running:
            found |= statement.effects.reads - bound
        bound |= statement.effects.writes
    return found & bound


class ClassHook:
    """Stands as the metaclass of a class whose predecessor is to be changed in place."""

    def __init__(self, transaction: Transaction, edits: Mapping[str, ClassEdit], find: Callable[[str], Any]) -> None:
        self._transaction = transaction
        self._edits = edits
        self._find = find
        self.changes: list[ClassChange] = []
        self.remade: list[Remade] = []
        self.set_aside: list[tuple[type, dict[str, Any]]] = []
        """Classes with the members that were made of their fields, where these are others now."""
        self.renamed: list[tuple[type, Mapping[str, Any]]] = []
        """Classes that someone said to be of other modules, with what he said: now they are of their own."""
        self.problems: list[str] = []

    def __prepare__(self, name: str, bases: tuple[type, ...], **keywords: Any) -> Namespace:
        qualname = keywords[QUALNAME]
        cls = self._find(qualname)
        return Namespace(cls, _visible(cls, self._edits[qualname].members))

    def __call__(self, name: str, bases: tuple[type, ...], namespace: Namespace, **keywords: Any) -> type:
        qualname = keywords.pop(QUALNAME)
        cls: type = self._find(qualname)
        edit = self._edits[qualname]
        if isinstance(cell := namespace.get("__classcell__"), CellType):
            cell.cell_contents = cls
        if isinstance(cell := namespace.get("__classdictcell__"), CellType):
            cell.cell_contents = dict(vars(cls)) | namespace
        self._give_own_module(cls, namespace.get("__module__", MISSING))
        before, old_bases = dict(vars(cls)), cls.__bases__
        metaclass = keywords.pop(METACLASS, type)
        with abstract.renewed(self._transaction, cls):
            if edit.bases_changed:
                if type(cls) is not _metaclass_for(metaclass, bases):
                    raise CannotChange(qualname, "its metaclass changed")
                self._rebase(cls, bases, namespace, qualname)
            self._set_aside(cls, edit)
            graft(self._transaction, cls, namespace, edit)
        shown = edit.old_names | edit.new_names if edit.decorated else {*before, *vars(cls)}
        names = {n for n in shown - IMPLICIT if before.get(n, MISSING) is not vars(cls).get(n, MISSING)}
        rebased = cls.__bases__ != old_bases
        if edit.annotated_otherwise:
            names.add("__annotations__")
        if before.get("__doc__") != vars(cls).get("__doc__"):
            names.add("__doc__")
        completed = before.get("__abstractmethods__") != vars(cls).get("__abstractmethods__")
        names |= _registering(edit) & vars(cls).keys()
        parameters = edit.bases_changed and any(str(before.get(n)) != str(vars(cls).get(n)) for n in PARAMETERS)
        if parameters:
            _forget_aliases()
        whole = edit.decorated_otherwise or edit.anew or rebased or parameters
        reshaped = not before.keys() ^ vars(cls).keys() <= IMPLICIT
        known = None if whole else before
        self.changes.append(ClassChange(cls, frozenset(names), whole or completed, rebased, reshaped, known))
        if edit.anew:
            self.remade.append(Remade(cls, before))
            _tell_makers(cls, bases, namespace, keywords)
            return cls
        changed = [vars(cls).get(name, before.get(name)) for name in names if name != "__doc__"]
        if edit.bases_changed or edit.annotations_changed:
            changed.append(bases)
        self._announce(cls, keywords, edit, changed)
        return cls

    def _give_own_module(self, cls: type, own: Any) -> None:
        other = vars(cls).get("__module__", MISSING)
        if own is not MISSING and other is not MISSING and own != other:
            self.renamed.append((cls, origins(cls)))
            self._transaction.set_member(cls, "__module__", own)

    def _set_aside(self, cls: type, edit: ClassEdit) -> None:
        """Some other statement made a data class of this one, and would not replace what it made then."""
        if edit.decorated or not edit.annotations_changed or FIELDS not in vars(cls):
            return
        members = {name: member for name, member in vars(cls).items() if name not in edit.new_names}
        made = {name: member for name, member in members.items() if name in TOLD_BY_FIELDS or _generated(member)}
        for name in made:
            self._transaction.delete_member(cls, name)
        self.set_aside.append((cls, made))

    @contextmanager
    def _as_new(self, cls: type, edit: ClassEdit) -> Iterator[None]:
        """Meanwhile a class has what its body binds, as when it was made; what nobody sets anew stays what it was."""
        others = _set_by_others(cls, edit)
        for name in others:
            self._transaction.delete_member(cls, name)
        yield
        for name, member in others.items():
            if name not in vars(cls):
                self._transaction.set_member(cls, name, member)

    def _announce(self, cls: type, keywords: Mapping[str, Any], edit: ClassEdit, changed: Collection[Any]) -> None:
        """Tell the base that has ``__init_subclass__``: the class is new to it in this form.

        A library's hook may refuse to see a class twice, and does not mind what its methods do.
        """
        methods_only = all(isinstance(member, METHOD_TYPES) for member in changed)
        if not methods_only and type(cls).__init__ is not type.__init__:
            raise CannotChange(edit.qualname, "its metaclass is told of new classes only")
        owner = next((base for base in cls.__mro__[1:] if "__init_subclass__" in vars(base)), object)
        if owner is object:
            return
        module = sys.modules.get(owner.__module__)
        installed = environment_reason(getattr(module, "__file__", None) or "<builtin>") is not None
        if installed and methods_only:
            return
        try:
            told: Any = super(cls, cls)
            with nullcontext() if installed else self._as_new(cls, edit):
                told.__init_subclass__(**keywords)
        except Exception as error:  # a library's code, or the user's
            if not installed:
                raise
            self.problems.append(
                f"{cls.__module__}.{cls.__qualname__} needs a restart to be whole: {owner.__qualname__} does not "
                f"take it in again ({type(error).__name__}: {error})"
            )

    def _rebase(self, cls: type, bases: tuple[type, ...], namespace: Namespace, qualname: str) -> None:
        bases = bases or (object,)
        if cls.__bases__ != bases and issubclass(cls, type):
            raise CannotChange(qualname, "the classes that it made have to be made again")
        if cls.__bases__ != bases:
            before = cls.__bases__
            try:
                cls.__bases__ = bases
            except TypeError as error:
                raise CannotChange(qualname, str(error)) from None
            self._transaction.on_undo(setattr, cls, "__bases__", before)
        if "__orig_bases__" in namespace:
            self._transaction.set_member(cls, "__orig_bases__", namespace["__orig_bases__"])
        else:
            self._transaction.delete_member(cls, "__orig_bases__")
        if not any((base.__module__, base.__name__) == ("typing", "Generic") for base in cls.__mro__):
            self._transaction.delete_member(cls, "__parameters__")


def _tell_makers(cls: Any, bases: tuple[type, ...], namespace: Mapping[str, Any], keywords: Mapping[str, Any]) -> None:
    """What `type` does last with a class that it has made: its bases are told of it, and its metaclass."""
    super(cls, cls).__init_subclass__(**keywords)
    type(cls).__init__(cls, cls.__name__, bases, dict(namespace), **keywords)


def renew_instances(transaction: Transaction, remade: Remade) -> None:
    """What instances hold of what was made of their class is what was made of it anew."""
    anew = dict[int, Any]()
    for name, member in remade.before.items():
        if not isinstance(member, (*METHOD_TYPES, str, int, type(None))):
            anew[id(member)] = vars(remade.cls).get(name, member)
    for instance in [holder for holder in gc.get_referrers(remade.cls) if type(holder) is remade.cls]:
        for part in list(functions.own_dict(instance).values()):
            for name, held in functions.attributes(part):
                if id(held) in anew:
                    transaction.set_attribute(part, name, anew[id(held)])


def _registering(edit: ClassEdit) -> set[str]:
    """Members that other members, which ran again, register with: ``@m.register``."""
    ran = [statement for statement, change in edit.members if change not in (Change.SAME, Change.BODY)]
    return {name for statement in ran for name in statement.effects.decorates}


def _forget_aliases() -> None:
    """`typing` keeps what ``B[int]`` came to be, and would hand it out again."""
    forgets: list[Callable[[], None]] = getattr(sys.modules.get("typing"), "_cleanups", [])
    for forget in forgets:
        forget()


def is_protocol(cls: object) -> bool:
    """A protocol itself, of whose members `typing` keeps a list, and not a class that derives from one."""
    return isinstance(cls, type) and bool(vars(cls).get("_is_protocol"))


def _metaclass_for(given: object, bases: Iterable[type]) -> object:
    """What CPython makes a class of: the most derived of the metaclass that it is given and those of its bases."""
    winner = given
    for base in bases:
        if isinstance(winner, type) and issubclass(type(base), winner):
            winner = type(base)
    return winner


def graft(transaction: Transaction, cls: type, namespace: Mapping[str, Any], edit: ClassEdit) -> None:
    """Put what a partial class body bound into the class, and take out what the new body no longer binds."""
    for name in (edit.old_names - edit.new_names) | _not_bound_this_time(edit, namespace):
        transaction.delete_member(cls, name)
    if edit.decorated or edit.anew:
        for name in _set_by_others(cls, edit):
            transaction.delete_member(cls, name)
        if "__hash__" not in edit.new_names and "__eq__" not in edit.new_names:
            transaction.delete_member(cls, "__hash__")
        transaction.delete_member(cls, "__match_args__") if "__match_args__" not in edit.new_names else None
    handed_on = {mangled(name, edit.name) for s, _ in edit.members if s.alias for name in s.effects.writes}
    for name, member in namespace.items():
        if name not in NOT_MEMBERS:
            _set(transaction, cls, name, member, name in handed_on)
    _implicit_members(transaction, cls, namespace, edit)
    transaction.order_members(cls, _places(edit))


def _places(edit: ClassEdit) -> dict[str, tuple[int, int]]:
    """Where in the body each member is bound first."""
    found: dict[str, tuple[int, int]] = {}
    for index, (statement, _) in enumerate(edit.members):
        for position, name in enumerate((*statement.names, *sorted(statement.effects.writes))):
            found.setdefault(mangled(name, edit.name), (index, position))
    return {name: place for name, place in found.items() if name not in IMPLICIT}


def _set_by_others(cls: type, edit: ClassEdit) -> dict[str, Any]:
    """Members that the new body does not bind, and that no class has of itself: of decorators, bases, the program."""
    return {
        name: member
        for name, member in vars(cls).items()
        if name not in edit.new_names and name not in IMPLICIT and not isinstance(member, SLOT_TYPES)
    }


def _not_bound_this_time(edit: ClassEdit, namespace: Mapping[str, Any]) -> set[str]:
    """Names that only members which ran again may bind, and which they did not bind."""
    ran = [(s, change not in (Change.SAME, Change.BODY)) for s, change in edit.members]
    kept = {mangled(name, edit.name) for s, running in ran if not running for name in s.effects.writes}
    perhaps = {mangled(n, edit.name) for s, running in ran if running and not s.unconditional for n in s.effects.writes}
    return perhaps - kept - set(namespace)


def _set(transaction: Transaction, cls: type, name: str, member: Any, handed_on: bool) -> None:
    """`handed_on` tells that the body only names what others made: the member is that very object."""
    old = cls.__dict__.get(name, MISSING)
    member = _as_type_would(name, member)
    if name == "__annotations__" and isinstance(member, dict):
        if sys.version_info >= (3, 14):  # the body was compiled to text and computes nothing
            transaction.do((setattr, cls, "__annotate__", None), (setattr, cls, "__annotate__", _annotate_of(cls)))
        transaction.set_member(cls, name, dict(member))
        return
    if name in ("__annotate__", "__annotate_func__"):  # 3.14: setting it drops what was computed before
        transaction.delete_member(cls, "__annotations__")  # which the body filled while annotations were text
        transaction.do((setattr, cls, "__annotate__", member), (setattr, cls, "__annotate__", _annotate_of(cls)))
        return
    itself = handed_on or old is MISSING or _is_of_another(cls, member)
    settled = member if itself else settle(transaction, old, member)
    transaction.set_member(cls, name, settled)
    announce_name = getattr(type(member), "__set_name__", None)
    if announce_name is not None and settled is member:
        announce_name(member, cls, name)


def _is_of_another(cls: type, member: Any) -> bool:
    """Whether a member is a function that was defined elsewhere, and so is that very object."""
    if type(member) is not FunctionType or "<locals>" in member.__qualname__:
        return False
    return not member.__qualname__.startswith(cls.__qualname__ + ".")


def _as_type_would(name: str, member: Any) -> Any:
    if isinstance(member, FunctionType):
        if name == "__new__":
            return staticmethod(member)
        if name in ("__init_subclass__", "__class_getitem__"):
            return classmethod(member)
    return member


def _implicit_members(transaction: Transaction, cls: type, namespace: Mapping[str, Any], edit: ClassEdit) -> None:
    if "__eq__" in edit.new_names and "__hash__" not in edit.new_names and not edit.decorated:
        transaction.set_member(cls, "__hash__", None)
    elif "__eq__" in edit.old_names - edit.new_names and cls.__dict__.get("__hash__", MISSING) is None:
        transaction.delete_member(cls, "__hash__")
    if edit.annotations_changed and not {"__annotations__", "__annotate__", "__annotate_func__"} & set(namespace):
        _drop_annotations(transaction, cls)
    docs = [s for s, _ in edit.members[:1] if s.kind == "doc"]
    if not docs and "__doc__" not in edit.new_names and cls.__dict__.get("__doc__") is not None:
        transaction.set_member(cls, "__doc__", None)


def _annotate_of(cls: Any) -> Any:
    return cls.__annotate__


def _drop_annotations(transaction: Transaction, cls: type) -> None:
    """The new body annotates nothing."""
    if sys.version_info >= (3, 14):
        transaction.do((setattr, cls, "__annotate__", None), (setattr, cls, "__annotate__", _annotate_of(cls)))
    else:
        transaction.delete_member(cls, "__annotations__")


def settle(transaction: Transaction, old: Any, new: Any, held_by: list[Any] | None = None) -> Any:
    """The value to keep where `old` is replaced by `new`: the old one where it can be made what the new one is.

    Of a class, `held_by` is what holds the new one besides its name, where that is known.
    """
    if old is new:
        return old
    if values.same(old, new):
        if type(old) is FunctionType:
            functions.renew(transaction, old, new)
        return old
    if type(old) is FunctionType and type(new) is FunctionType:
        if old.__code__.co_qualname == new.__code__.co_qualname and old.__globals__ is new.__globals__:
            if functions.merge(transaction, old, new) is not None:
                return old
            functions.forward(transaction, old, new)
        return new
    if isinstance(old, type) and isinstance(new, type):
        same_name = old.__qualname__ == new.__qualname__ and old.__module__ == new.__module__
        return adopt(transaction, old, new, [], held_by) if same_name and "." in new.__qualname__ else new
    if type(old) is type(new) and type(old) in (staticmethod, classmethod):
        return old if settle(transaction, old.__func__, new.__func__) is old.__func__ else new
    return new


def change(old: type, new: type) -> ClassChange:
    """How the members of `new` differ from those of `old`, which is to take them over.

    Their functions are not compared: those that go on stand in both.
    """
    before, after = vars(old), vars(new)
    names = {
        name
        for name in (before.keys() | after.keys()) - IMPLICIT | set(LOOKED_AT)
        if not _same_member(before.get(name, MISSING), after.get(name, MISSING))
    }
    if not values.same(_annotations(before), _annotations(after)):
        names.add("__annotations__")
    whole = not all(values.same(before.get(name, MISSING), after.get(name, MISSING)) for name in _TOLD_APART)
    return ClassChange(
        old, frozenset(names), whole, rebased=False, reshaped=not before.keys() ^ after.keys() <= IMPLICIT
    )


_TOLD_APART = ("__abstractmethods__", "__hash__", "__match_args__", "__protocol_attrs__", *PARAMETERS)
"""Implicit members that make more of a class than their names tell."""


def _annotations(members: Mapping[str, Any]) -> Any:
    """What stands for the annotations of a class: since 3.14 a function, which computes them."""
    return [members.get(name, MISSING) for name in ("__annotations__", "__annotate__", "__annotate_func__")]


def _same_member(old: Any, new: Any) -> bool:
    if isinstance(old, type) and isinstance(new, type) and old is not new:
        inner = old.__qualname__ == new.__qualname__ and old.__bases__ == new.__bases__
        return inner and type(old) is type(new) and change(old, new).is_none
    if type(old) is type(new) and type(old) is _FIELD:
        return bool(old.__reduce__() == new.__reduce__())
    if type(old) is type(new) is staticmethod:
        old, new = old.__func__, new.__func__
    return isinstance(new, SLOT_TYPES) or values.same(old, new) or _generated_alike(old, new)


_FIELD: Any = getattr(collections, "_tuplegetter", None)
"""What the fields of named tuples are: each a new object, without equality."""


def _generated_alike(old: Any, new: Any) -> bool:
    """Whether two functions were made of the same text that no file has, each with globals of its own."""
    if not (_generated(old) and _generated(new)) or codes.deep_surface(old.__code__) != codes.deep_surface(
        new.__code__
    ):
        return False
    before, after = (
        [*functions.contents(function), *(function.__globals__.get(name) for name in function.__code__.co_names)]
        for function in (old, new)
    )
    return values.same(before, after)


def adopt(
    transaction: Transaction, old: type, new: type, problems: list[str], held_by: list[Any] | None = None
) -> type:
    """`new` was made by the successor of the statement that made `old`: the class that goes on.

    The old one goes on where it can take the new one's members. Where its layout forbids it, or something that
    cannot be told holds the new one, the new one takes over, and `problems` says what could not follow. `held_by` is
    what holds the new one besides its name; without it, the heap is searched.
    """
    if isinstance(old, enum.EnumMeta) and isinstance(new, enum.EnumMeta) and old.__bases__ == new.__bases__:
        with abstract.renewed(transaction, old):
            _adopt_enum(transaction, old, new)
        _detach(new)
        return old
    if same_layout(old, new) and not held_by_unknown(new, held_by):
        with abstract.renewed(transaction, old):
            _take_members(transaction, old, new)
        replace_references(transaction, new, old, skip=(), held_by=held_by)
        _detach(new)
        return old
    with abstract.renewed(transaction, new):
        take_over(transaction, old, new, problems)
    return new


def continue_as(transaction: Transaction, old: type, new: type, problems: list[str], held_by: list[Any]) -> type:
    """`new` stands where `old` is not defined any more, in another module or under another name: what goes on.

    Others may have used the new one already; `held_by` is what holds it.
    """
    if same_layout(old, new):
        _move_subclasses(transaction, new, old)
        _move_instances(transaction, new, old, held_by)
        for name in ("__name__", "__qualname__"):
            transaction.set_attribute(old, name, getattr(new, name))
    return adopt(transaction, old, new, problems, held_by)


def graft_member(transaction: Transaction, cls: type, name: str, other: type) -> None:
    """Give a class the member that another has, made for it."""
    _set_class_cells(transaction, [vars(other)[name]], other, cls)
    transaction.set_member(cls, name, vars(other)[name])


def origins(cls: type) -> dict[str, Any]:
    """The module that a class says to be of, and those of its functions, by name."""
    functions_of = {name: m.__module__ for name, m in list(vars(cls).items()) if type(m) is FunctionType}
    return {**functions_of, "__module__": vars(cls).get("__module__")}


def keep_origins(transaction: Transaction, cls: type, before: Mapping[str, Any]) -> None:
    """Let a class that was made again be of the module that someone had said it, and functions of its, to be of."""
    now, other = origins(cls), before["__module__"]
    if now["__module__"] == other:
        return
    for name, origin in now.items():
        if name != "__module__" and (before.get(name), origin) == (other, now["__module__"]):
            transaction.set_attribute(vars(cls)[name], "__module__", other)
    transaction.set_member(cls, "__module__", other)


def keep_members(old: type, new: type, made_again: Mapping[str, Any]) -> None:
    """Let a class that has just been made have what its predecessor has.

    That is, in place of the values of its body that were `made_again`, where they stand in the class as they were made,
    and of what its metaclass has made of it, where that is alike.
    """
    for name, member in list(vars(new).items()):
        before = vars(old).get(name, MISSING)
        if before is member or before is MISSING or isinstance(member, (*METHOD_TYPES, *SLOT_TYPES, type)):
            continue
        if (name in made_again and made_again[name] is member) or values.alike(before, member):
            type.__setattr__(new, name, before)


class _Nowhere:
    """The base of classes that were made on the way, until the garbage collector takes them."""


class _NowhereWithSlots:
    __slots__ = ()


def _detach(cls: type) -> None:
    """Take a class that nothing needs any more out of what `__subclasses__` of its bases tells."""
    for nowhere in (_Nowhere, _NowhereWithSlots):
        try:
            type.__setattr__(cls, "__bases__", (nowhere,))
        except TypeError:  # CPython: another layout
            continue
        return


def same_layout(old: type, new: type) -> bool:
    """Whether instances of one class can be instances of the other."""
    return (
        type(old) is type(new)
        and old.__bases__ == new.__bases__
        and old.__basicsize__ == new.__basicsize__
        and old.__dict__.get("__slots__") == new.__dict__.get("__slots__")
        and old.__itemsize__ == new.__itemsize__
    )


def _take_members(transaction: Transaction, old: type, new: type) -> None:
    _set_class_cells(transaction, vars(new).values(), new, old)
    keep = {"__dict__", "__weakref__", "_abc_impl"}
    for name in set(vars(old)) - set(vars(new)) - keep:
        transaction.delete_member(old, name)
    inner = {n: holders(vars(new), n) for n in list(vars(new)) if _is_inner(vars(new)[n], new)}
    for name, member in list(vars(new).items()):
        if name not in keep and not isinstance(member, SLOT_TYPES):
            before = old.__dict__.get(name, MISSING)
            settled = member if before is MISSING else settle(transaction, before, member, inner.get(name))
            transaction.set_member(old, name, settled)
    transaction.order_members(old, {name: position for position, name in enumerate(vars(new)) if name not in IMPLICIT})


def _is_inner(member: Any, cls: type) -> bool:
    """Whether a member is a class that the body of `cls` defines."""
    return isinstance(member, type) and member.__qualname__.startswith(cls.__qualname__ + ".")


def _set_class_cells(transaction: Transaction, members: Iterable[Any], wrong: type, right: type) -> None:
    """Zero-argument ``super()`` starts from the class in the cell ``__class__``."""
    for cell in list(_class_cells(members, wrong)):
        transaction.set_attribute(cell, "cell_contents", right)


def _class_cells(members: Iterable[Any], cls: type) -> Iterator[CellType]:
    """The cells ``__class__`` of functions among `members` that hold a class, each once."""
    seen = set[int]()
    for function in functions.reachable(members, classes=False):
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if name == "__class__" and functions.cell_content(cell) is cls and id(cell) not in seen:
                seen.add(id(cell))
                yield cell


def take_over(transaction: Transaction, old: type, new: type, problems: list[str]) -> None:
    """Let `new` stand wherever `old` stood: references, subclasses and, where CPython allows it, instances.

    Nothing in here may close over `old`: its cell would be replaced too.
    """
    _set_class_cells(transaction, vars(new).values(), old, new)
    name = f"{old.__module__}.{old.__qualname__}"
    _move_subclasses(transaction, old, new)
    stuck = _move_instances(transaction, old, new)
    if stuck:
        problems.append(f"{stuck} instance{'s' * (stuck > 1)} of {name} keep the old class: its layout changed")
    replace_references(transaction, old, new, skip=(vars(new),))
    if stuck:
        _leave_behind(transaction, old, new)


def _move_subclasses(transaction: Transaction, old: type, new: type) -> None:
    subclasses: list[type] = type.__subclasses__(old)
    for subclass in subclasses:
        if subclass is not new:
            before = subclass.__bases__
            try:
                subclass.__bases__ = tuple(new if base is old else base for base in before)
                transaction.on_undo(setattr, subclass, "__bases__", before)
            except TypeError:
                continue  # its own statement makes it anew; see `heirless`


def _move_instances(transaction: Transaction, old: type, new: type, held_by: list[Any] | None = None) -> int:
    """How many could not be moved."""
    stuck = 0
    instances = [holder for holder in (gc.get_referrers(old) if held_by is None else held_by) if type(holder) is old]
    for instance in [
        each for each in instances if not isinstance(each, type)
    ]:  # a class is made again by its statement
        try:
            _set_class(instance, new)
            transaction.on_undo(_set_class, instance, old)
        except (TypeError, AttributeError):
            stuck += 1
    return stuck


def _set_class(instance: Any, cls: type) -> None:
    """Also where its class has a member ``__class__``, as a proxy's has."""
    vars(object)["__class__"].__set__(instance, cls)


def _leave_behind(transaction: Transaction, old: type, new: type) -> None:
    """The old class goes on for instances that cannot move: with the new one's members, but its own slots."""
    for name, member in list(vars(new).items()):
        if name not in ("__dict__", "__weakref__", "__slots__", "_abc_impl") and not isinstance(member, SLOT_TYPES):
            transaction.set_member(old, name, _member_of(old, member, new))


def _member_of(cls: type, member: Any, other: type) -> Any:
    """A member of `other` as one of `cls`: zero-argument ``super()`` starts from there."""
    if type(member) in (staticmethod, classmethod):
        inner = _member_of(cls, member.__func__, other)
        return member if inner is member.__func__ else type(member)(inner)
    if type(member) is property:
        get, change, delete = (_member_of(cls, part, other) for part in (member.fget, member.fset, member.fdel))
        return property(get, change, delete, member.__doc__)
    if type(member) is not FunctionType or "__class__" not in member.__code__.co_freevars:
        return member
    closure = tuple(
        CellType(cls) if functions.cell_content(cell) is other else cell for cell in member.__closure__ or ()
    )
    copied = FunctionType(member.__code__, member.__globals__, member.__name__, member.__defaults__, closure)
    for name in ("__kwdefaults__", "__doc__", "__qualname__", "__module__", values.ANNOTATIONS):
        setattr(copied, name, getattr(member, name))
    vars(copied).update(vars(member))
    return copied


def heirless(superseded: Collection[type]) -> Iterator[str]:
    """Which classes still derive from one that another has taken over from, once everything has run."""
    for old in superseded:
        subclasses: list[type] = type.__subclasses__(old)
        for subclass in [each for each in subclasses if each not in superseded]:
            where, name = (f"{cls.__module__}.{cls.__qualname__}" for cls in (subclass, old))
            yield f"{where} still derives from the old {name}: its layout changed"


def _adopt_enum(transaction: Transaction, old: Any, new: Any) -> None:
    """Members that survive stay the objects they are, with the new values."""
    names = set(new._member_map_)
    adopted: dict[int, Any] = {}
    for name, member in new._member_map_.items():
        before = old._member_map_.get(name)
        alias = any(each is before for each in adopted.values())  # of a member that goes on as another
        if before is not None and id(member) not in adopted and not alias and _can_become(before, member):
            adopted[id(member)] = before
            for key, value in vars(member).items():
                if key != "__objclass__":
                    transaction.set_item(vars(before), key, value)
        elif id(member) not in adopted:
            become, back = (
                (object.__setattr__, member, "__class__", old),
                (object.__setattr__, member, "__class__", new),
            )
            transaction.do(become, back)
            transaction.set_item(vars(member), "__objclass__", old)
            adopted[id(member)] = member
    _set_class_cells(transaction, vars(new).values(), new, old)
    for name in set(vars(old)) - set(vars(new)) - {"__dict__", "__weakref__"}:
        transaction.delete_member(old, name)
    for name, member in list(vars(new).items()):
        if name in ("__dict__", "__weakref__"):
            continue
        member = _translated(member, adopted) if name not in names else adopted.get(id(member), member)
        before = old.__dict__.get(name, MISSING)
        transaction.set_member(old, name, member if before is MISSING else settle(transaction, before, member))
    replace_references(transaction, new, old, skip=())


def _can_become(before: Any, member: Any) -> bool:
    """Members that are numbers or strings cannot change what they are."""
    mixed = [base for base in type(member).__mro__ if base in (int, str, float, bytes, tuple)]
    if type(member).__basicsize__ != type(before).__basicsize__:
        return False
    return not mixed or mixed[0].__eq__(before, member) is True


def _translated(value: Any, adopted: Mapping[int, Any]) -> Any:
    """Enum's own tables, with the members that go on."""
    if type(value) is dict:
        return {key: adopted.get(id(member), member) for key, member in value.items()}
    if type(value) is list:
        return [adopted.get(id(member), member) for member in value]
    return adopted.get(id(value), value)
