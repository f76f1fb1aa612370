"""Class bodies that run in part: what they see, and what of them goes into the live class."""

from __future__ import annotations

import enum
import gc
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, nullcontext
from types import CellType, FunctionType
from typing import Any

from ..syntax.diff import Change
from ..syntax.redefinition import METACLASS, QUALNAME, ClassEdit, mangled
from ..syntax.statements import Statement
from . import abstract, caches, insides, parameters
from .changes import CannotChange, ClassChange, Remade, found_otherwise
from .classes import FIELDS, IMPLICIT, METHOD_TYPES, PARAMETERS, TOLD_BY_FIELDS, generated, is_installed, is_of_library
from .holders import SLOT_TYPES
from .kinds import derives, is_a, plain_type, same_classes
from .successors import origins, settle
from .transaction import MISSING, Transaction

NOT_MEMBERS = frozenset({"__classcell__", "__classdictcell__", "__module__", "__qualname__", "__static_attributes__",
                         "__conditional_annotations__"})  # fmt: skip

HASHED = frozenset({"__hash__"})


class Namespace(dict[str, Any]):
    """What a class body that runs in part runs in: it sees the members that stay."""

    def __init__(self, cls: type, visible: Collection[str]) -> None:
        super().__init__()
        self._cls = cls
        self._visible = visible

    def __missing__(self, key: str) -> Any:
        member = self._cls.__dict__.get(key, MISSING)
        if member is MISSING or key not in self._visible:
            raise KeyError(key)
        return member


def _visible(cls: type, members: Sequence[tuple[Statement, Change]]) -> set[str]:
    """What a body that runs in part sees of its class: names that members which stay have bound.

    What a decorator or the program set on the class is not there yet, nor what members bind that run, or stand below.
    """
    running = [s for s, change in members if change not in (Change.SAME, Change.BODY)]
    bound = {mangled(name, cls.__name__) for s, _ in members for name in s.effects.writes}
    if any(s.effects.dynamic for s, _ in members):
        bound |= vars(cls).keys() - IMPLICIT
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

    def __init__(
        self,
        transaction: Transaction,
        edits: Mapping[str, ClassEdit],
        find: Callable[[str], Any],
        preset: Mapping[tuple[int, str], Any],
    ) -> None:
        self._transaction = transaction
        self._edits = edits
        self._find = find
        self._preset = preset
        """Members that classes (by identity) have already and that stand for what their bodies are to bind."""
        self.changes: list[ClassChange] = []
        self.remade: list[Remade] = []
        self.set_aside: list[tuple[type, dict[str, Any]]] = []
        """Classes with the members that were made of their fields, where these are others now."""
        self.renamed: list[tuple[type, Mapping[str, Any]]] = []
        """Classes that someone said to be of other modules, with what he said: now they are of their own."""
        self.problems: list[str] = []
        self.gone_on: list[tuple[Any, Any]] = []
        """Members that bodies made, and the earlier ones which go on as these."""

    def __prepare__(self, name: str, bases: tuple[type, ...], /, **keywords: Any) -> Namespace:
        qualname = keywords[QUALNAME]
        cls = self._find(qualname)
        return Namespace(cls, _visible(cls, self._edits[qualname].members))

    def __call__(self, name: str, bases: tuple[type, ...], namespace: Namespace, /, **keywords: Any) -> type:
        qualname, metaclass = keywords.pop(QUALNAME), keywords.pop(METACLASS, type)
        cls: type = self._find(qualname)
        edit = self._edits[qualname]
        _fill_cells(cls, namespace)
        self._give_own_module(cls, namespace.get("__module__", MISSING))
        if not edit.bases_changed:
            parameters.keep(self._transaction, cls, namespace)
        before, old_bases, old_mro = self._before(cls), cls.__bases__, cls.__mro__
        with abstract.renewed(self._transaction, cls):
            if edit.bases_changed:
                if type(cls) is not _metaclass_for(metaclass, bases):
                    raise CannotChange(qualname, "its metaclass changed")
                self._rebase(cls, bases, namespace, qualname)
            self._set_aside(cls, edit)
            self.gone_on += graft(self._transaction, cls, namespace, edit, before)
        caches.forget_lost(self._transaction, cls, before)
        change = _change(cls, edit, before, old_bases, old_mro)
        self.changes.append(change)
        if edit.anew:
            self.remade.append(Remade(cls, before))
            _tell_makers(cls, bases, namespace, keywords)
            return cls
        changed = [vars(cls).get(name, before.get(name)) for name in change.names if name != "__doc__"]
        if edit.bases_changed or edit.annotations_changed:
            changed.append(bases)
        self._announce(cls, keywords, edit, changed)
        return cls

    def _before(self, cls: type) -> dict[str, Any]:
        """A class's members as the reload met them."""
        preset = self._preset
        return {
            name: member for name, member in vars(cls).items() if preset.get((id(cls), name), MISSING) is not member
        }

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
        made = {name: member for name, member in members.items() if name in TOLD_BY_FIELDS or generated(member)}
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
        methods_only = all(is_a(member, METHOD_TYPES) for member in changed)
        if not methods_only and type(cls).__init__ is not type.__init__:
            raise CannotChange(edit.qualname, "its metaclass is told of new classes only")
        owner = next((base for base in cls.__mro__[1:] if "__init_subclass__" in vars(base)), object)
        if owner is object:
            return
        installed = is_of_library(owner)
        if installed and methods_only:
            return
        try:
            told: Any = super(cls, cls)
            with nullcontext() if is_installed(owner) else self._as_new(cls, edit):
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
        rebased = not same_classes(cls.__bases__, bases)
        if rebased and issubclass(cls, type):
            raise CannotChange(qualname, "the classes that it made have to be made again")
        if rebased and not all(derives(type(cls), type(base)) for base in bases):
            raise CannotChange(qualname, "its metaclass is none of its bases' metaclasses")
        if rebased:
            before = cls.__bases__
            try:
                cls.__bases__ = bases
            except TypeError as error:
                raise CannotChange(qualname, str(error)) from None
            self._transaction.on_undo(setattr, cls, "__bases__", before)
        if parameters.NAME not in namespace:
            self._transaction.delete_member(cls, parameters.NAME)
        if "__orig_bases__" in namespace:
            self._transaction.set_member(cls, "__orig_bases__", namespace["__orig_bases__"])
        else:
            self._transaction.delete_member(cls, "__orig_bases__")
        if not any((base.__module__, base.__name__) == ("typing", "Generic") for base in cls.__mro__):
            self._transaction.delete_member(cls, "__parameters__")


def _fill_cells(cls: type, namespace: Namespace) -> None:
    """The functions of the body have the class that goes on for theirs."""
    if is_a(cell := namespace.get("__classcell__"), CellType):
        cell.cell_contents = cls
    if is_a(cell := namespace.get("__classdictcell__"), CellType):
        cell.cell_contents = dict(vars(cls)) | namespace


def _change(
    cls: type, edit: ClassEdit, before: Mapping[str, Any], old_bases: tuple[type, ...], old_mro: tuple[type, ...]
) -> ClassChange:
    """How a class came out that had the members `before`."""
    now, rebased = vars(cls), not same_classes(cls.__bases__, old_bases)
    shown = edit.old_names | edit.new_names if edit.decorated else {*before, *now}
    told = shown - IMPLICIT | (HASHED & shown)  # where a body has no hash, `type` and decorators may see to it
    names = {n for n in told if before.get(n, MISSING) is not now.get(n, MISSING)}
    if edit.annotated_otherwise:
        names.add("__annotations__")
    if before.get("__doc__") != now.get("__doc__"):
        names.add("__doc__")
    names |= _registering(edit) & now.keys()
    completed = before.get("__abstractmethods__") != now.get("__abstractmethods__")
    parametrized = edit.bases_changed and any(str(before.get(n)) != str(now.get(n)) for n in PARAMETERS)
    if parametrized:
        _forget_aliases()
    made_otherwise = edit.decorated_otherwise or edit.anew
    by_bases = rebased and not (made_otherwise or completed or parametrized)
    names |= found_otherwise(cls, old_mro) if rebased else set()
    whole = made_otherwise or rebased or parametrized
    reshaped = not before.keys() ^ now.keys() <= IMPLICIT
    known = None if rebased or parametrized else before
    return ClassChange(cls, frozenset(names), whole or completed, rebased, reshaped, by_bases, known)


def _tell_makers(cls: Any, bases: tuple[type, ...], namespace: Mapping[str, Any], keywords: Mapping[str, Any]) -> None:
    """What `type` does last with a class that it has made: its bases are told of it, and its metaclass."""
    super(cls, cls).__init_subclass__(**keywords)
    type(cls).__init__(cls, cls.__name__, bases, dict(namespace), **keywords)


def renew_instances(transaction: Transaction, remade: Remade) -> None:
    """What instances hold of what was made of their class is what was made of it anew."""
    anew = dict[int, Any]()
    for name, member in remade.before.items():
        if not is_a(member, (*METHOD_TYPES, str, int, type(None))):
            anew[id(member)] = vars(remade.cls).get(name, member)
    for instance in [holder for holder in gc.get_referrers(remade.cls) if type(holder) is remade.cls]:
        for part in list(insides.own_dict(instance).values()):
            for name, held in insides.attributes(part):
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


def _metaclass_for(given: object, bases: Iterable[type]) -> object:
    """What CPython makes a class of: the most derived of the metaclass that it is given and those of its bases."""
    winner = given
    for base in bases:
        if is_a(winner, type) and issubclass(type(base), winner):
            winner = type(base)
    return winner


def graft(
    transaction: Transaction,
    cls: type,
    namespace: MutableMapping[str, Any],
    edit: ClassEdit,
    before: Mapping[str, Any],
) -> list[tuple[Any, Any]]:
    """Put what a partial class body bound into the class, and take out what the new body no longer binds.

    What was bound comes back with what goes on as it, where that is another object.
    """
    for name in (edit.old_names - edit.new_names) | _not_bound_this_time(edit, namespace):
        transaction.delete_member(cls, name)
    if edit.decorated or edit.anew or edit.binds_unsaid:
        for name in _set_by_others(cls, edit):
            transaction.delete_member(cls, name)
    if edit.decorated or edit.anew:
        if "__hash__" not in edit.new_names and "__eq__" not in edit.new_names:
            transaction.delete_member(cls, "__hash__")
        transaction.delete_member(cls, "__match_args__") if "__match_args__" not in edit.new_names else None
    handed_on = {mangled(name, edit.name) for s, _ in edit.members if s.alias for name in s.effects.writes}
    gone_on = list[tuple[Any, Any]]()
    for name in list(namespace):
        if name not in NOT_MEMBERS:
            itself = name in handed_on or name not in before or _stays_by_another_name(name, before, namespace)
            _set(transaction, cls, name, namespace[name], itself)
            _use_members(namespace, namespace[name], vars(cls).get(name))
            new, now = _plain_function(namespace[name]), _plain_function(vars(cls).get(name))
            if new is not now and type(new) is FunctionType and type(now) is FunctionType:
                gone_on.append((new, now))
    _implicit_members(transaction, cls, namespace, edit)
    transaction.order_members(cls, _places(edit))
    return gone_on


def _stays_by_another_name(name: str, before: Mapping[str, Any], namespace: Mapping[str, Any]) -> bool:
    """Whether a member was but another name of one that stays: it is none that its own text had made."""
    old = before[name]
    return type(old) is FunctionType and any(m is old and n not in namespace for n, m in before.items() if n != name)


def _plain_function(member: Any) -> Any:
    return member.__func__ if plain_type(member) in (staticmethod, classmethod) else member


def _use_members(namespace: MutableMapping[str, Any], new: Any, live: Any) -> None:
    """What a body has named of an enum in it are the members of the one that goes on."""
    if is_a(new, enum.EnumMeta) and is_a(live, enum.EnumMeta) and new is not live:
        for name, value in list(namespace.items()):
            if type(value) is new:  # its class is none of an enum any more
                namespace[name] = live.__members__.get(insides.own_dict(value).get("_name_", ""), value)


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
        if name not in edit.new_names and name not in IMPLICIT and not is_a(member, SLOT_TYPES)
    }


def _not_bound_this_time(edit: ClassEdit, namespace: Mapping[str, Any]) -> set[str]:
    """Names that only members which ran again may bind, and which they did not bind."""
    ran = [(s, change not in (Change.SAME, Change.BODY)) for s, change in edit.members]
    kept = {mangled(name, edit.name) for s, running in ran if not running for name in s.effects.writes}
    perhaps = {mangled(n, edit.name) for s, running in ran if running and not s.unconditional for n in s.effects.writes}
    return perhaps - kept - set(namespace)


def _set(transaction: Transaction, cls: type, name: str, member: Any, itself: bool) -> None:
    """`itself` tells that the member is that very object: the body only names what others made, or it is new."""
    old = cls.__dict__.get(name, MISSING)
    member = _as_type_would(name, member)
    if name == "__annotations__" and is_a(member, dict):
        if sys.version_info >= (3, 14):  # the body was compiled to text and computes nothing
            transaction.do((setattr, cls, "__annotate__", None), (setattr, cls, "__annotate__", _annotate_of(cls)))
        transaction.set_member(cls, name, dict(member))
        return
    if name in ("__annotate__", "__annotate_func__"):  # 3.14: setting it drops what was computed before
        transaction.delete_member(cls, "__annotations__")  # which the body filled while annotations were text
        transaction.do((setattr, cls, "__annotate__", member), (setattr, cls, "__annotate__", _annotate_of(cls)))
        return
    itself = itself or old is MISSING or _is_of_another(cls, member)
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
    if is_a(member, FunctionType):
        if name == "__new__":
            return staticmethod(member)
        if name in ("__init_subclass__", "__class_getitem__"):
            return classmethod(member)
    return member


def _implicit_members(transaction: Transaction, cls: type, namespace: Mapping[str, Any], edit: ClassEdit) -> None:
    hashed = cls.__dict__.get("__hash__", MISSING)
    if "__eq__" in edit.new_names and "__hash__" not in edit.new_names:
        if not is_a(hashed, SLOT_TYPES):  # it is a slot, whose descriptor `type` leaves there
            transaction.set_member(cls, "__hash__", None)
    elif "__eq__" in edit.old_names - edit.new_names and hashed is None:
        transaction.delete_member(cls, "__hash__")
    dropped = edit.annotations_changed or ((edit.decorated or edit.anew) and _were_only_asked_for(cls))
    if dropped and not {"__annotations__", "__annotate__", "__annotate_func__"} & set(namespace):
        _drop_annotations(transaction, cls)
    docs = [s for s, _ in edit.members[:1] if s.kind == "doc"]
    if not docs and "__doc__" not in edit.new_names and cls.__dict__.get("__doc__") is not None:
        transaction.set_member(cls, "__doc__", None)


def _were_only_asked_for(cls: type) -> bool:
    """Whether a class has no annotations but those that asking for some has left there: before 3.14, an empty dict."""
    return sys.version_info < (3, 14) and vars(cls).get("__annotations__") == {}


def _annotate_of(cls: Any) -> Any:
    return cls.__annotate__


def _drop_annotations(transaction: Transaction, cls: type) -> None:
    """The new body annotates nothing."""
    if sys.version_info >= (3, 14):
        transaction.do((setattr, cls, "__annotate__", None), (setattr, cls, "__annotate__", _annotate_of(cls)))
    else:
        transaction.delete_member(cls, "__annotations__")
