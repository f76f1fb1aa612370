"""Who is told that a name, a function or a class came out different."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from functools import partial
from operator import attrgetter
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..live import caches, changes, classes, entries, insides, unbegun, ways
from ..live.kinds import derives, is_a, plain_type
from ..live.records import is_data
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Name, Node
from ..syntax import annotating, codes, loops, partly, trees
from ..syntax.effects import ANY, DYNAMIC
from ..syntax.statements import Statement
from . import decorated, instances, on_demand, stand_ins
from .adders import imports_name
from .families import accounts
from .registries import Place
from .remembering import Remembering
from .run import IMMUTABLE

KINDS = frozenset({"__code__", "isasyncgenfunction", "iscoroutinefunction", "isgeneratorfunction"})
"""What a statement mentions that asks what kind of function it looks at."""
INTROSPECTION = KINDS | {
    "__annotations__", "__defaults__", "__dict__", "__doc__", "__kwdefaults__", "__signature__", "cleandoc", "getdoc",
    "get_annotations", "get_type_hints", "getfullargspec", "signature", "vars",
}  # fmt: skip
"""What a statement mentions that looks at a function rather than calls it."""
ASKED_FOR = {"__annotations__": INTROSPECTION, classes.FIELDS: frozenset({"fields"})}
"""By what code asks for a member that describes a class without mentioning it."""
LISTS_MEMBERS = frozenset({"dir", "getmembers"})
"""What code mentions that goes through all members of something."""
LISTS_MEMBERS_HERE = LISTS_MEMBERS | {"__dict__", "vars"}
"""The same of a statement that names the class; elsewhere these are most often an instance's own."""
LISTS_VALUES = frozenset({"getmembers"})
"""Of these, what shows the members themselves, and not their names alone."""
LISTS_VALUES_HERE = LISTS_VALUES | {"__dict__", "vars"}
ASKING = frozenset({"isinstance", "issubclass"})
KIND = (*sorted(ASKING), "__mro__", "__bases__", "__base__", "mro")
"""What code mentions that asks what a class derives from."""
CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
FEW_MODULES = 100
"""For so many it is looked through what all of them read, for who has a class by what holds it."""


class Telling(Remembering):
    """A run that tells the readers of what changed."""

    def _tell(
        self,
        record: ModuleRecord,
        name: str,
        origin: Node | None,
        reason: str,
        added: bool = False,
        since: Node | None = None,
    ) -> None:
        """`since` is what had bound a name that is gone."""
        self.changed_names.setdefault(record.path, set()).add(name)
        if self._may_run_code(record.namespace.get(name)):
            self.known.clear()
        self._clear_caches(set(), {record.path: {name}})
        anew = self.made_anew_for_bases and self.made_anew_for_bases.get(id(record.namespace.get(name)))
        for reader, known in list(self.agenda.readers(record, name, origin, since)):
            if anew and self._instance_stays(reader, known, anew):
                continue
            if reader.statement.annotated and annotating.reads_for_annotation(reader.statement, known):
                self.annotated_otherwise.append(reader)
                continue
            effects = reader.statement.effects
            shown = known in effects.reads or name in effects.attributes or bool(reader.statement.imports)
            called = not shown or self._calls_what_reads(reader, name)
            self.schedule(reader, reason, known, code_changed=called)
        self._tell_runners_of_readers(record, name, origin, reason, since)
        if added and not name.startswith("_"):
            for reader in self.agenda.star_readers(record):
                self.schedule(reader, f"{record.name}.{name} is new")

    def _tell_runners_of_readers(
        self, record: ModuleRecord, name: str, origin: Node | None, reason: str, since: Node | None = None
    ) -> None:
        """Tell who ran code that reads a name."""
        if self.told_first is not None:
            self.told_first.append((record, name, origin, reason))
        compiled = [node for node in self.graph.analyze(record) if node.codes and decorated.compiled(node, name)]
        for reader in [*self.agenda.function_readers(record, name, origin), *compiled]:
            self.schedule(reader, reason, name, code_changed=True)
        for reader, code in list(self.agenda.scanners(record, origin or since)):
            self._scan_again(reader, code, reason, name)

    def _tell_again(self) -> None:
        """Tell of what statements bound before code went live: only now it is known who ran the code that there is."""
        told, self.told_first = self.told_first or (), None
        if told:
            self.known.clear()  # by the code that there was
            self.served.clear()
            self.looked_for_caches.clear()
        for record, name, origin, reason in told:
            self._clear_caches(set(), {record.path: {name}})
            self._tell_runners_of_readers(record, name, origin, reason)

    def tell_given(self, node: Node, name: str, old: Any) -> None:
        """A value is another: modules that gave the old one on demand give the new one, and who took it is told."""
        new = node.module.namespace[name]
        for record, given in on_demand.given(self, node, name, (old, new)):
            on_demand.exchange(self, record, given, old, new)
            self.outcome.rebound.append((record, given, old, new))  # a prompt may have taken it there
            self._tell(record, given, None, f"{name} changed")

    def _may_run_code(self, value: Any) -> bool:
        """Whether using a value may run code of the user's."""
        if plain_type(value) in entries.PLAIN:  # as most values are that are told of many times
            return False
        if is_a(value, (FunctionType, type)):
            return value.__module__ in self.graph.modules
        if is_a(value, ModuleType):
            return self.graph.record_of(value) is not None
        return (
            plain_type(value) in (list, dict, tuple) or callable(value) or type(value).__module__ in self.graph.modules
        )

    def _scan_again(self, reader: Node, code: CodeType, reason: str, name: str) -> None:
        """What a function found as it looked through all names is collected anew."""
        self.schedule(reader, reason, name, code_changed=True)
        self.scanning[reader] += self.graph.at_path(code.co_filename)
        if self.may_run(reader):
            self._make_anew(code)

    def _calls_what_reads(self, reader: Node, name: str) -> bool:
        """Whether a function that a definition called, and not only its own text, mentions a name."""
        if reader.statement.kind not in ("class", "def") or not reader.ran:
            return False
        return any(name in code.co_names for code in self._codes_run(reader, (), name))

    def _tell_touched(self, node: Node, name: str, value: Any, was: CodeType | None = None) -> None:
        """An object is the same but does other things: who ran it runs again, who passed it on does not."""
        if is_a(value, type):
            change = self.class_changes.get(id(value))
            if change is None:
                self._clear_caches(set(), {node.module.path: {name}})
            else:
                self._clear_caches(set(), members=change.shown)
            self._tell_class_touched(node, name, change)
        elif is_a(value, FunctionType) and value.__code__.co_filename not in self.graph.paths():
            self._tell(node.module, name, node, f"{name} changed")  # made by `exec`: who runs it is not known
        elif is_a(value, FunctionType):
            self._tell_runners(value, node, was)
            for reader, known in list(self.agenda.readers(node.module, name, node)):
                if known in reader.statement.effects.decorates:  # a wrapper may keep what registers with it
                    self.schedule(reader, f"{name} was made anew", known, code_changed=True)

    def _tell_runners(self, function: FunctionType, origin: Node, was: CodeType | None = None) -> None:
        self.touched_codes.add(id(function.__code__))
        self._clear_caches({id(function.__code__)})
        runners = self.runners(function.__code__)
        for runner in runners if was is None else [*runners, *self.graph.runners(was)]:
            if runner is not origin:
                self.schedule(runner, f"ran {function.__qualname__}", function.__name__, code_changed=True)

    def runners(self, code: CodeType, was: CodeType | None = None) -> list[Node]:
        """The statements that ran a function, or hold a generator of it that has not begun; `was` is its old code."""
        found = self.graph.runners(code)
        if not unbegun.makes(was or code):
            return found
        if self.unbegun is None:
            self.unbegun = defaultdict(list)
            for record in list(self.graph.modules.values()):
                for name, value in list(record.namespace.items()):
                    for function in unbegun.functions_of(value):
                        self.unbegun[function].append((record, name))
        held = self.unbegun.get((code.co_filename, code.co_qualname), ())
        return [*found, *(maker for record, name in held for maker in self._binders(record, name))]

    def _instance_stays(self, reader: Node, known: str, change: changes.ClassChange) -> bool:
        """Whether what a statement has made of a class stays: then who uses that is told, in its place."""
        if not instances.stays(reader, known, change) or self._ran_what_names(reader, change):
            return False
        if change.by_bases:
            for name in reader.writes:
                self._tell_class_touched(reader, name, change)
        else:
            instances.tell_users(self, reader)
        return True

    def _tell_class_touched(
        self, origin: Node, name: str, change: changes.ClassChange | None, but: Set[int] = frozenset()
    ) -> None:
        """Members of a class changed: tell those who mention them, through all names that lead to the class.

        All but those who ran some code themselves, by its identity.
        """
        if change is not None and not change.names.isdisjoint(CONSTRUCTORS):
            self._tell_makers(change.cls)
        if change is not None and change.names:
            shown = {name for name in change.names if not classes.is_special(name) or name in classes.LOOKED_AT}
            self._tell_through_holders(change.cls, shown, origin, but)
        for_all = change is None or (change.whole and not change.by_bases)
        seen: set[tuple[int, str]] = set()
        waiting: list[tuple[ModuleRecord, str, Node | None]] = [(origin.module, name, origin)]
        waiting += [(node.module, taken, node) for node, taken in self._taken_of_stand_ins(change)]
        cls = origin.module.namespace.get(name) if change is None else change.cls
        waiting += [(record, given, None) for record, given in on_demand.given(self, origin, name, (cls,))]
        unseen = change is not None and self._runs_unseen(change)
        library_makes = self._library_makes(origin, change)
        while waiting:
            record, name, node = waiting.pop()
            if (id(record), name) in seen:
                continue
            seen.add((id(record), name))
            for reader in list(self.agenda.function_readers(record, name, node)):
                told = but.isdisjoint(reader.ran) and not self._uses_kept(reader, name, name, cls)
                made = told and library_makes is not None and not instances.hold_nothing_of(reader, library_makes)
                sees = for_all or unseen or made
                if told and (sees or (change is not None and self._ran_what_sees(reader, change))):
                    self.schedule(reader, f"ran what uses {name}", name, code_changed=True)
            for reader, code in list(self.agenda.scanners(record, node)):
                told = but.isdisjoint(reader.ran)
                if told and (change is None or change.whole or self._ran_what_names(reader, change)):
                    self._scan_again(reader, code, f"ran what finds {name}", name)
            for reader, known in list(self.agenda.readers(record, name, node)):
                if reader is node:
                    continue
                imports = reader.statement.kind in ("from", "import")
                if not imports and self._uses_kept(reader, known, name, cls):
                    continue
                used = not imports and but.isdisjoint(reader.ran)
                makes = used and library_makes is not None and _makes_other(reader, known, library_makes)
                used = makes or (used and self._uses(reader, known, change))
                if used and not makes and change is not None and self._instance_stays(reader, known, change):
                    continue
                if used:
                    self.schedule(reader, f"{name} changed", known)
                if used and reader.statement.kind != "class":
                    continue
                if reader.statement.kind == "from":
                    waiting.append((reader.module, known, reader))
                elif not is_a(cls, type) or self._leads_to_class(reader, cls):
                    waiting += [(reader.module, bound, reader) for bound in reader.writes]

    def _library_makes(self, origin: Node, change: changes.ClassChange | None) -> type | None:
        """A class that came out different, where a library makes its instances of what has changed."""
        if change is None or change.methods_only:
            return None
        return change.cls if self.makes_instances_of(origin, change.cls, change.names) else None

    def _uses_kept(self, reader: Node, known: str, name: str, cls: Any) -> bool:
        """Whether a statement uses an enum by members alone that stay: it sees nothing of those that came or went."""
        kept = self.enum_members_kept.get(id(cls))
        if not kept or self._ran_methods_of(reader, cls):
            return False
        named = known if reader.module.namespace.get(known) is cls else name
        itself = partly.statement_uses_only(reader.statement.parse(), named, kept)
        modules = (cls.__module__,)
        using = list(self._codes_run(reader, modules, name)) if itself is not False else []
        if not (itself or using) or not all(partly.code_uses_only(code, name, kept) for code in using):
            return False
        asking = [code for word in partly.ASKING_FOR_CLASS for code in self._codes_run(reader, modules, word)]
        return not any(map(partly.may_go_through, asking))

    def _ran_methods_of(self, reader: Node, cls: type) -> bool:
        """Whether a statement ran methods of a class, which know it by what they are called on."""
        methods = insides.wrapped(list(vars(cls).values()))
        return not reader.ran.isdisjoint(id(code) for method in methods for code in codes.walk((method.__code__,)))

    def _taken_of_stand_ins(self, change: changes.ClassChange | None) -> list[tuple[Node, str]]:
        """The names that hold an instance of a class, or part of one, where it stands in the place of a module."""
        found: list[tuple[Node, str]] = []
        if change is None:
            return found
        if self.stood_in is None:
            self.stood_in = [r for r in list(self.graph.modules.values()) if stand_ins.stand_in(r) is not None]
        for record in [each for each in self.stood_in if derives(type(stand_ins.stand_in(each)), change.cls)]:
            for taken in stand_ins.taken(self.graph, record):
                found.append((taken.node, taken.bound))
                if taken.attribute in change.names:
                    self.schedule(taken.node, f"{change.cls.__name__}.{taken.attribute} changed")
        return found

    def tell_stand_in(self, node: Node, was: Any) -> None:
        """A statement has put another object in the place of its module: who imports this takes it again."""
        record, t = node.module, self.transaction
        now = sys.modules[record.name]
        t.on_undo(sys.modules.__setitem__, record.name, was)
        self.stood_in = None
        for taken in list(stand_ins.taken(self.graph, record)):
            self.schedule(taken.node, f"{record.name} is another object")
        parent, _, child = record.name.rpartition(".")
        package = self.graph.modules.get(parent)
        if package is not None and package.namespace.get(child) is was:
            t.set_item(package.namespace, child, now)
            self._tell(package, child, node, f"{record.name} is another object")
        self.outcome.rebound.append((record, "", was, now))

    def _runs_unseen(self, change: changes.ClassChange) -> bool:
        """Whether merely using a class runs what changed, and not as a function of the user's whose runs are noted."""
        files = self.graph.paths()
        members = [vars(change.cls).get(name) for name in change.special_names]
        if any(type(m) is not FunctionType or m.__code__.co_filename not in files for m in members):
            return True
        codes_now = [member.__code__ for member in members if is_a(member, FunctionType)]
        return change.reshaped and not all(map(self.graph.runners, codes_now))  # what is new has not run yet

    def _tell_through_holders(self, holder: Any, names: Set[str], origin: Node, but: Set[int] = frozenset()) -> None:
        """Attributes of something changed: tell those who mention them later and have it by what holds it.

        That is told by what they read, which leads there.
        """
        to_holder, now = ways.Ways(holder, self.graph.paths()), self.graph.order(origin)
        asking = self._asking_for(names, partial(self._may_know, home=origin.module, holder=holder))
        for node in dict.fromkeys(asking) if names else ():
            if self.graph.order(node) <= now or not but.isdisjoint(node.ran):
                continue
            by_subclasses = self._asks_for_subclasses(node)
            if any(to_holder.lead(value, by_subclasses) for value in self._values_read(node)):
                self.schedule(node, f"{insides.own(holder, '__name__')} changed", code_changed=True)

    def _asking_for(self, names: Set[str], may_know: Callable[[ModuleRecord], bool]) -> Iterator[Node]:
        """Statements that mention some attributes, or ran code that may, of modules that may know who has them.

        What a definition hands itself to, a registry say, asks for those of the definition.
        """
        mentioned = {record: None for name in names for record in self.lookups.texts_with(name)}
        for record in filter(may_know, mentioned):
            yield from (node for node in self.graph.analyze(record) if names & node.statement.effects.attributes)
        using = {id(code): code for name in names for _, code in self.lookups.mentioning(name).values()}
        told = self.lookups.told(names)
        asking = (code for _, code in self.lookups.asking().values() if codes.asks_for(code, names, told))
        using.update((id(code), code) for code in asking)
        ran = (node for code in using.values() for node in self.graph.runners(code))
        nodes = [node for node in ran if node.statement.kind not in ("def", "class")]
        records = {node.module: None for node in nodes}
        knowing = set(filter(may_know, records))
        yield from (node for node in nodes if node.module in knowing)

    def _may_know(self, record: ModuleRecord, home: ModuleRecord, holder: object) -> bool:
        """Whether a module may know an object: any may that reads what another keeps, and where they are few."""
        few = len(self.graph.modules) <= FEW_MODULES
        return few or self._is_made_of(record, home) or _has(record, holder)

    def _is_made_of(self, record: ModuleRecord, home: ModuleRecord) -> bool:
        return record is home or home.name in self.agenda.made_of(record.name)

    def _values_read(self, node: Node) -> Iterator[Any]:
        """The values that a statement reads, of its own module and of others."""
        yield from (node.module.namespace.get(name) for name in node.statement.effects.reads)
        for module, name in node.reads:
            if (record := self.graph.modules.get(module)) is not None:
                yield record.namespace.get(name)

    def _asks_for_subclasses(self, node: Node) -> bool:
        asks = "__subclasses__" in node.statement.effects.attributes
        return asks or any(True for _ in self._codes_run(node, (), "__subclasses__"))

    def _tell_makers(self, cls: type) -> None:
        """A class is made otherwise: statements that bound its instances, by whatever means, make them again.

        Those of a module that was imported just now, which defines it, have made them of what it is.
        """
        for record in self.graph.modules.values():
            if record in self.outcome.loaded and record.name == cls.__module__:
                continue
            for name in [n for n, value in list(record.namespace.items()) if classes.constructs(type(value), cls)]:
                for maker in self.agenda.table(record).last_writers(name):
                    if maker.statement.effects.calls:
                        self.schedule(maker, f"{cls.__qualname__} is made otherwise", code_changed=True)

    def _tell_bases(self, origin: Node, cls: type) -> None:
        """Classes have a subclass more: later statements that ask for subclasses do so again."""
        if any(base.__module__ in self.graph.modules for base in cls.__mro__[1:]):
            self._tell_subclasses(origin, cls)

    def _tell_subclasses(self, origin: Node, cls: type) -> None:
        records = self.lookups.texts_with("__subclasses__")
        nodes = [node for record in records for node in self.graph.analyze(record)]
        asking = [node for node in nodes if "__subclasses__" in node.statement.effects.attributes]
        names = {record.name for record in records}
        for module, code in self.lookups.mentioning("__subclasses__").values() if records else ():
            asking += self.graph.runners(code) if module in names else ()
        now = self.graph.order(origin)
        for node in asking:
            if self.graph.order(node) > now:
                self.schedule(node, f"{cls.__name__} is another subclass", code_changed=True)

    def tell_rebased(self, origin: Node, cls: type) -> None:
        """A class has other bases: what a dispatch knows of it holds no longer, and who asks for subclasses is told."""
        self.forget_dispatched()
        self._tell_subclasses(origin, cls)

    def forget_dispatched(self) -> None:
        """Let each `functools.singledispatch` function look anew for what the classes are that it has seen."""
        namespaces = [record.namespace for record in self.graph.modules.values()]
        if (main := sys.modules.get("__main__")) is not None:
            namespaces.append(vars(main))
        for namespace in namespaces:
            for forget in caches.dispatchers(dict(namespace)):
                forget()

    def _uses(self, reader: Node, known: str, change: changes.ClassChange | None) -> bool:
        """Whether a statement that knows a class by a name may see which members changed."""
        effects = reader.statement.effects
        if (change is None or not change.methods_only) and self.is_set_up_by_library(reader):
            return True
        if change is None or (change.whole and not change.by_bases):
            looks = effects.calls or effects.operates or bool(effects.attributes)
            return looks or reader.statement.kind not in ("class", "def")
        if not effects.attributes.isdisjoint(change.names | {ANY}) or self._looks_through(reader, known, change):
            return True
        namespace = reader.module.namespace
        getters = [value for name in effects.reads if type(value := namespace.get(name)) is attrgetter]
        if any(not change.names.isdisjoint(path.split(".")) for each in getters for path in each.__reduce__()[1]):
            return True
        if change.by_bases and (self._asks_kind(reader, known) or self._ran_what_asks_kind(reader, change)):
            return True
        if not ASKING.isdisjoint(effects.reads) and any(classes.is_protocol(namespace.get(n)) for n in effects.reads):
            return True
        if not change.names.isdisjoint(ASKED_FOR) and self._asks_for_description(reader, known, change):
            return True
        if change.special:
            return effects.calls or reader.statement.kind not in ("class", "def", "assign")
        return self._ran_what_names(reader, change) or _asks_library(reader, change) or _computes(reader, change)

    def _looks_through(self, reader: Node, known: str, change: changes.ClassChange) -> bool:
        """Whether a statement goes through all members of classes, itself or by what it ran; not as a class is made.

        A function that goes through what an object has of its own goes through a class that it is handed.
        """
        if reader.statement.kind in ("class", "def"):
            return False
        effects, modules = reader.statement.effects, [cls.__module__ for cls in change.cls.__mro__]
        here, elsewhere = (LISTS_MEMBERS_HERE, LISTS_MEMBERS) if change.reshaped else (LISTS_VALUES_HERE, LISTS_VALUES)
        if not here.isdisjoint(effects.attributes | effects.reads):
            return True
        handed = any(known in names for _, names in reader.statement.calls)
        words = here if handed and self._is_known_as(reader, known, change.cls) else elsewhere
        return any(True for word in words for _ in self._codes_run(reader, modules, word))

    def _is_known_as(self, reader: Node, known: str, cls: type) -> bool:
        """Whether a name of a statement, or what it reads of another module by that name, is a class or a subclass."""
        read = [module for module, name in reader.reads if name == known]
        records = [reader.module, *(self.graph.modules[module] for module in read if module in self.graph.modules)]
        held = [record.namespace.get(known) for record in records]
        return any(is_a(value, type) and derives(value, cls) for value in held)

    def _asks_for_description(self, reader: Node, known: str, change: changes.ClassChange) -> bool:
        """Whether a statement may look at what describes a class: itself, or a library that it hands it to."""
        effects = reader.statement.effects
        if not _looking_at(change).isdisjoint(effects.attributes | effects.reads):
            return True
        namespace = reader.module.namespace
        called = [namespace.get(name) for name, handed in reader.statement.calls if known in handed]
        return any(insides.own(value, "__module__") not in self.graph.modules for value in called)

    def _ran_what_sees(self, reader: Node, change: changes.ClassChange) -> bool:
        """Whether what a statement ran mentions what changed of a class, or may ask what this derives from."""
        return self._ran_what_names(reader, change) or (change.by_bases and self._ran_what_asks_kind(reader, change))

    def _ran_what_asks_kind(self, reader: Node, change: changes.ClassChange) -> bool:
        modules = [cls.__module__ for cls in change.cls.__mro__]
        caught = issubclass(change.cls, BaseException)  # which a handler asks for its class
        return caught or any(True for word in KIND for _ in self._codes_run(reader, modules, word))

    def _asks_kind(self, reader: Node, known: str) -> bool:
        """Whether a statement may ask what a class derives from, or hands it, or its instance, to what may."""
        effects = reader.statement.effects
        if reader.statement.kind in ("class", "def"):
            return False
        asks = effects.reads | effects.attributes
        return not asks.isdisjoint(KIND) or partly.hands_on(reader.statement.parse(), known)

    def _ran_what_names(self, reader: Node, change: changes.ClassChange) -> bool:
        names = _looking_at(change) - (codes.HOLDS_ALL - change.names)  # of what code has that way, its texts tell
        modules = [cls.__module__ for cls in change.cls.__mro__]
        if any(name in code.co_names for name in names for code in self._codes_run(reader, modules, name)):
            return True
        asking = self._codes_run(reader, modules)
        computes = reader.statement.kind != "class" or self._derives(reader, change.cls)  # it is handed to who makes it
        told = self.lookups.told(change.names) if computes else None
        if any(codes.asks_for(code, change.names, told) for code in asking):
            return True
        if any(self._asks_a_protocol(code) for word in ASKING for code in self._codes_run(reader, modules, word)):
            return True
        words = LISTS_MEMBERS_HERE if change.reshaped else LISTS_VALUES_HERE
        going_through = (code for word in words for code in self._codes_run(reader, modules, word))
        return any(change.cls.__name__ in code.co_names for code in going_through)

    def _asks_a_protocol(self, code: CodeType) -> bool:
        """Whether code looks for members without naming them, as `isinstance` does with a protocol."""
        if ASKING.isdisjoint(code.co_names):
            return False
        records = self.graph.at_path(code.co_filename)
        return any(classes.is_protocol(record.namespace.get(name)) for record in records for name in code.co_names)

    def _tell_entries(
        self,
        origin: Node,
        place: Place,
        rebound: bool = False,
        emptied: bool = False,
        same: bool = False,
        since: tuple[float, ...] = (),
    ) -> None:
        """A registry has other entries: who looks at it runs again, who only adds to it does not.

        `rebound` tells that the attribute at the place has another value altogether, `emptied` that all who add to
        the registry have to do so again, `same` that the entry is the object that it was, with other members: who
        asks for it by its key is told of these. Before some statement, `since`, there was nothing in it.
        """
        runs_what_looks = self._runs_through if same else self.runs_what_looks_at
        waiting = [(name, place.attribute) for name in self._with_origins(place.names)]
        waiting += self._globals_holding(place.container) if place.container else ()
        homes: dict[str, set[str]] = defaultdict(set)
        for module, name in [(m, n) for m, n in place.names if m in self.graph.modules]:
            homes[self.graph.modules[module].path].add(name)
        self._clear_caches(set(), homes, {place.attribute} if place.attribute else frozenset())
        seen: set[tuple[Name, str | None]] = set()
        while waiting:
            item = waiting.pop()
            (module, name), attribute = item
            record = self.graph.modules.get(module)
            if record is None or item in seen:
                continue
            seen.add(item)
            reason = f"{attribute or name} has another value" if rebound else f"{attribute or name} has other entries"
            for reader, known in list(self.agenda.readers(record, name, None)):
                statement = reader.statement
                plain = statement.alias and not statement.effects.operates and not statement.effects.calls
                hands_on = plain and not (rebound and attribute in statement.effects.attributes)
                if reader.star and name == codes.ALL:  # it takes the names in there
                    self.schedule(reader, reason, known)
                    continue
                imports = statement.kind == "from"
                if hands_on or imports_name(reader, known):
                    inner = None if attribute in statement.effects.attributes else attribute
                    waiting += [((reader.module.name, bound), inner) for bound in {known, *_bound_to(statement, name)}]
                if imports or hands_on:
                    continue
                if self._sees_entries(reader, origin, since) and (
                    emptied
                    or (rebound and attribute is not None and self._sees_rebound(reader, known, attribute))
                    or self._looks_at(reader, known, name, attribute, runs_what_looks)
                ):
                    self.schedule(reader, reason, known, code_changed=True)
                    held, namespace = record.namespace.get(name), reader.module.namespace
                    if attribute is None and statement.kind == "assign" and is_a(held, entries.INNER):
                        # what it binds stays equal, for it holds the registry
                        holding = [n for n in reader.writes if insides.leads_soon_to(namespace.get(n), held)]
                        waiting += [((reader.module.name, bound), None) for bound in holding]
            for reader in list(self.agenda.function_readers(record, name, None)):
                if self._sees_entries(reader, origin, since) and (
                    emptied or runs_what_looks(reader, record.name, attribute or name)
                ):
                    self.schedule(reader, reason, name, code_changed=True)

    def _sees_entries(self, reader: Node, origin: Node, since: tuple[float, ...]) -> bool:
        """Whether a statement comes after what made a registry, and after the first that put something there."""
        order = self.graph.order(reader)
        return order > self.graph.order(origin) and order >= since

    def tell_part(self, node: Node, name: str) -> None:
        """An object of a library has a new part: later statements that call it, and add none themselves, run again."""
        waiting, seen = [(node, name)], set[str]()
        table = self.agenda.table(node.module)
        while waiting:
            maker, part = waiting.pop()
            for read in [each for each in self.part_of(maker, part) if each not in seen]:
                seen.add(read)
                waiting += [(each, read) for each in table.last_writers(read)]
                for reader, known in list(self.agenda.readers(node.module, read, None)):
                    adds = known in reader.statement.effects.mutates or any(
                        self.part_of(reader, n) for n in reader.writes
                    )
                    if self.graph.comes_after(reader, node) and reader.statement.effects.calls and not adds:
                        self.schedule(reader, f"{read} has another part", known)

    def _globals_holding(self, identity: int) -> Sequence[tuple[Name, str | None]]:
        """The names of modules that hold a container, or an object with it as an attribute: others may add to it."""
        if self.globals_held is None:
            self.globals_held = defaultdict(list)
            for record in list(self.graph.modules.values()):
                for name, value in list(record.namespace.items()):
                    value = value.__self__ if type(value) is MethodType else value  # who has it reaches the object
                    parts = () if is_a(value, IMMUTABLE) else [(None, value), *insides.own_dict(value).items()]
                    for attribute, part in parts:
                        if is_a(part, entries.INNER):
                            self.globals_held[id(part)].append(((record.name, name), attribute))
        return self.globals_held.get(identity, ())

    def _with_origins(self, names: Iterable[Name]) -> set[Name]:
        """Some names, and those by which what they mean was known before it was imported there."""
        known = [(self.graph.modules[module], name) for module, name in names if module in self.graph.modules]
        return {*names, *((record.name, name) for record, name in (self._origin(*each) for each in known))}

    def _sees_rebound(self, reader: Node, known: str, attribute: str) -> bool:
        """Whether a statement mentions what has another value, or runs what does: all but who sets it themselves."""
        if attribute in _set_of(reader, known) and reader.statement.kind != "AugAssign":
            return False
        mentioned = attribute in reader.statement.effects.attributes
        return mentioned or any(self._codes_run(reader, (reader.module.name,), attribute))

    def _looks_at(
        self,
        reader: Node,
        known: str,
        name: str,
        attribute: str | None,
        runs_what_looks: Callable[[Node, str, str], bool],
    ) -> bool:
        """Whether a statement that reads a registry's name reads its entries, and does not add to them."""
        effects = reader.statement.effects
        if known in effects.decorates:
            return False
        adds = known in effects.mutates or _adds_through(reader, name)
        if adds and not _sets_another(reader, known, attribute):
            done = self.registering(reader.statement, reader.module, reader.module.namespace.get(known))
            if done is not None and attribute is not None:
                return attribute in done.looked_at
            return attribute is not None and self._runs_through(reader, reader.module.name, attribute)
        named = known in effects.reads or name in effects.attributes
        if attribute is None:
            return named or runs_what_looks(reader, reader.module.name, name)
        if attribute in effects.attributes or (named and not DYNAMIC.isdisjoint(effects.reads)):
            return True
        if effects.calls and known in effects.reads and self._is_a_library_s(reader.module.namespace.get(known)):
            return True
        return runs_what_looks(reader, reader.module.name, attribute)

    def _is_a_library_s(self, value: Any) -> bool:
        """Whether a function is made by a library, which looks at what it keeps as it likes."""
        return type(value) is FunctionType and value.__code__.co_filename not in self.graph.paths()

    def runs_what_looks_at(self, reader: Node, module: str, name: str) -> bool:
        if self._runs_through(reader, module, name):
            return True
        using = list(self._codes_run(reader, (module,), name))
        return bool(using) and not any(name in self.lookups.grown_names(code) for code in using)

    def _runs_through(self, reader: Node, module: str, name: str) -> bool:
        """Whether a statement runs what takes the entries one by one, and adds to another of that name at most."""
        return any(name in loops.gone_through(code) for code in self._codes_run(reader, (module,), name))

    def runs_what_looks_too(self, reader: Node, name: str) -> bool:
        """The same of a statement that may run what adds to a registry as well."""
        using = self._codes_run(reader, (reader.module.name,), name)
        return any(name not in self.lookups.grown_names(code) for code in using)

    def _codes_run(self, reader: Node, modules: Collection[str], name: str | None = None) -> Iterator[CodeType]:
        """What the reader ran that mentions a name, of some modules and of all that its own module was made of.

        Without a name, what asks for attributes by names.
        """
        using = self.lookups.asking() if name is None else self.lookups.mentioning(name)
        if ran := using.keys() & reader.ran:
            known = {*modules, reader.module.name, *self.agenda.made_of(reader.module.name)}
            yield from (code for module, code in map(using.__getitem__, ran) if module in known)

    def _derives(self, reader: Node, cls: type) -> bool:
        """Whether a statement has made a class that derives from another, or is made by it."""
        made = [reader.module.namespace.get(name) for name in reader.writes]
        classes_made = [value for value in made if is_a(value, type)]
        return any(derives(each, cls) for each in (*classes_made, *map(type, classes_made)))

    def _leads_to_class(self, reader: Node, cls: type) -> bool:
        values_bound = [reader.module.namespace.get(name) for name in reader.writes]
        return reader.statement.kind in ("from", "import") or any(ways.is_near(value, cls) for value in values_bound)

    def tell_faces(self, functions: Iterable[tuple[ModuleRecord, str]]) -> None:
        """What shows of functions, other than what they do, is different: who asks for that runs again."""
        listed: list[tuple[Any, Node]] = []
        for record, qualname in functions:
            self._tell_face(record, qualname)
            value = record.namespace.get(qualname)
            if callable(value) and self._is_listed(value):
                listed += [(value, maker) for maker in self.agenda.table(record).last_writers(qualname)[:1]]
        if listed:
            self._tell_through_lists(listed)

    def _tell_face(self, record: ModuleRecord, qualname: str) -> None:
        name, *members = qualname.split(".")
        for other, alias in list(self.aliases(record, name)):
            for reader, known in [*self.agenda.readers(other, alias, None), *self._readers_of_what_holds(other, alias)]:
                effects = reader.statement.effects
                mentioned = effects.attributes | effects.reads
                asks = not members or not mentioned.isdisjoint({*members, *LISTS_MEMBERS_HERE, "getattr"})
                if asks and not INTROSPECTION.isdisjoint(mentioned):
                    by_member = reader.statement.kind == "class"  # of its body runs what mentions it
                    self.schedule(reader, f"{name} shows something else", known, code_changed=not by_member)

    def _tell_through_lists(self, listed: Sequence[tuple[Any, Node]]) -> None:
        """Who may ask what shows of functions, and has them by what holds them, after the statements that made them.

        All are looked for at once: there may be hundreds.
        """
        to_any, orders = ways.WaysToAny((f for f, _ in listed), self.graph.paths()), dict[int, tuple[float, ...]]()
        for function, maker in listed:
            orders[id(function)] = self.graph.order(maker)
        homes = {maker.module for _, maker in listed}

        def may_know(record: ModuleRecord) -> bool:
            few = len(self.graph.modules) <= FEW_MODULES
            return few or any(self._is_made_of(record, home) for home in homes) or _lists_any(record, orders)

        for node in dict.fromkeys(self._asking_for(INTROSPECTION, may_know)):
            order = self.graph.order(node)
            met = frozenset[int]().union(*map(to_any.met, self._values_read(node)))
            if any(orders[identity] < order for identity in met):
                self.schedule(node, "functions that it has show something else", code_changed=True)

    def _is_listed(self, value: object) -> bool:
        """Whether a global is, or has, a container that holds something: most functions are in none."""
        if self.listed is None:
            held = [each for record in list(self.graph.modules.values()) for each in list(record.namespace.values())]
            others = (each for each in held if not is_a(each, (FunctionType, ModuleType)))
            self.listed = {id(entry) for each in others for entry in ways.listed(each)}
        return id(value) in self.listed

    def _readers_of_what_holds(self, record: ModuleRecord, name: str) -> list[tuple[Node, str]]:
        """Who reads a list, a dict or the like that a statement which reads a function has made of it."""
        held = record.namespace.get(name)
        makers = [reader for reader, _ in self.agenda.readers(record, name, None)]
        found = [(maker.module, each) for maker in makers for each in maker.writes]
        holding = [
            (module, each)
            for module, each in found
            if plain_type(value := module.namespace.get(each)) in insides.CONTAINERS and insides.keeps(value, held)
        ]
        known = [alias for module, each in holding for alias in self.aliases(module, each)]
        return [reader for module, alias in known for reader in self.agenda.readers(module, alias, None)]

    def _tell_members(self, node: Node, name: str) -> None:
        """Statements between those that build a value saw it half built: they run again in their place."""
        members = self.open_groups[id(node.module), name].members
        last = max((m.order for m in members), default=node.order)
        if self._cached_before(node, name, last):
            self._empty_caches_of(node.module, name)
        for reader, known in self.agenda.readers(node.module, name, node):
            if reader.module is node.module and reader.order < last:
                self.schedule(reader, f"{name} is built again", known)
        for reader in list(self.agenda.function_readers(node.module, name, node)):
            if reader.module is node.module and reader.order < last:
                self.schedule(reader, f"{name} is built again", name, code_changed=True)

    def _remove_names(self) -> None:
        removed, self.removed_names = self.removed_names, []
        for record, name in removed:
            self._remove(record, name)

    def _remove(self, record: ModuleRecord, name: str, bound_by: Node | None = None) -> None:
        namespace = record.namespace
        old = namespace.get(name, MISSING)
        if old is MISSING or name in self.agenda.table(record).writers:
            return
        if self.graph.setters((record.name, name)):
            return
        if name == "__doc__":
            self.transaction.set_item(namespace, name, None)
            self._tell(record, name, None, "the docstring is gone", since=bound_by)
            return
        if is_a(old, ModuleType) and sys.modules.get(f"{record.name}.{name}") is old:
            return  # the import system bound this submodule, whoever else asked for it
        if record.script and id(record) not in self.guarded:
            self.guarded.add(id(record))
            self.transaction.guard_namespace(record.module)
        self.transaction.delete_item(namespace, name)
        if (annotations := namespace.get("__annotations__")) and name in annotations:
            self.transaction.delete_item(annotations, name)
        self.gone_values[id(record), name] = old
        self.outcome.removed.append(f"{record.name}.{name}")
        self.outcome.rebound.append((record, name, old, MISSING))
        since = bound_by or min(self._writers_before(record, name), key=self.graph.order, default=None)
        self._tell(record, name, None, f"{name} is gone", since=since)
        for reader in self.agenda.star_readers(record):
            self.schedule(reader, f"{record.name}.{name} is gone")


def _adds_through(reader: Node, name: str) -> bool:
    """Whether a statement adds to what an attribute of a module leads to: ``shop.app.routes["/"] = index``."""
    effects = reader.statement.effects
    if not effects.mutates or name not in effects.attributes:
        return False
    return any(name in path for path in trees.grown_paths(reader.statement.parse()))


def _set_of(reader: Node, known: str) -> set[str]:
    """The attributes that a statement sets of what a name leads to."""
    return {names[-1] for names in reader.statement.effects.sets if names[0] == known}


def _sets_another(reader: Node, known: str, attribute: str | None) -> bool:
    """Whether all that a statement does to what a name leads to is to set other attributes of it."""
    set_here = _set_of(reader, known)
    return bool(set_here) and (attribute not in set_here or reader.statement.kind == "AugAssign")


def _asks_library(reader: Node, change: changes.ClassChange) -> bool:
    """Whether a statement calls a method of a library that may tell what the library has found in a class."""
    effects = reader.statement.effects
    if not effects.calls or reader.statement.kind in ("class", "def"):
        return False
    if change.names.isdisjoint(name for name, _ in accounts(change.cls)):
        return False
    return any(effects.attributes & vars(owner).keys() for owner in change.cls.__mro__ if classes.is_installed(owner))


def _computes(reader: Node, change: changes.ClassChange) -> bool:
    """Whether a statement may have had a library compute values by members that it knows a class to have.

    What keeps the class, as a server does that was given it, sees them as they are.
    """
    if reader.statement.kind != "assign" or not reader.statement.effects.calls:
        return False
    owners = [owner for owner in change.cls.__mro__[1:-1] if owner.__module__ != "builtins"]
    if not any(change.names & vars(owner).keys() for owner in owners if classes.is_of_library(owner)):
        return False
    return all(is_data(reader.module.namespace.get(name)) for name in reader.writes)


def _makes_other(reader: Node, known: str, cls: type) -> bool:
    """Whether a statement makes instances of a class that would be others now, or something else of them."""
    if not reader.statement.effects.calls or reader.statement.kind in ("class", "def"):
        return False
    return trees.calls_by(reader.statement.outline(), known) and not instances.hold_nothing_of(reader, cls)


def _looking_at(change: changes.ClassChange) -> frozenset[str]:
    """The names by which code sees that a class has changed."""
    return change.names.union(*(words for member, words in ASKED_FOR.items() if member in change.names))


def _has(record: ModuleRecord, holder: object) -> bool:
    """Whether a module has an object or instances of a class, or a container with such."""
    held = [
        v for n, v in list(record.namespace.items()) if n[:2] != "__" and not is_a(v, (FunctionType, ModuleType, type))
    ]
    return any(ways.is_near(value, holder, int(plain_type(value) in (list, dict, set, tuple))) for value in held)


def _lists_any(record: ModuleRecord, identities: Collection[int]) -> bool:
    """Whether a module has one of some objects in a container, or in one of an object's."""
    held = [v for v in list(record.namespace.values()) if not is_a(v, (FunctionType, ModuleType))]
    return any(id(entry) in identities for value in held for entry in ways.listed(value))


def _bound_to(statement: Statement, name: str) -> Collection[str]:
    """The names by which a statement hands on what some name stands for: of an import, not all that it binds."""
    return (
        [bound for _, _, other, bound in statement.imports if other == name] if statement.imports else statement.names
    )
