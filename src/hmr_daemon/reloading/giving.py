"""What statements have put into registries through functions that they ran, and by which texts that is told."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from types import CodeType, ModuleType
from typing import Any

from ..live import entries
from ..live.containers import copied
from ..live.kinds import is_a
from ..live.records import PLAIN
from ..planning.records import Node
from ..syntax import codes, loops
from ..syntax.statements import COMPOUND, Statement
from . import contributions, registries
from .making import Making
from .registries import Place


class Giving(Making):
    """A run that knows what statements have registered."""

    def _grew_untold(self, node: Node) -> Iterator[CodeType]:
        """Code by which a statement added to containers, where nothing tells what in them is the statement's.

        Dicts and sets are meant only where a bare call was to fill them: a cache is filled by the way. What a
        definition was registered with adds the same again, which is found afterwards, if it minds nothing else.
        """
        kind, decorated = node.statement.kind, bool(node.statement.effects.decorates)
        if node in self.added or kind in ("import", "from"):
            return
        yield from self.measuring(node)
        if kind in ("def", "class") and not decorated:
            return
        kinds = (list, dict, set) if decorated or kind == "expr" else (list,)
        for code in self._ran_before(node):
            grown = self._grown_kinds(code)
            if deque in grown:
                yield code
            elif decorated and not codes.minds_entries(code):
                continue
            elif any(issubclass(each, kinds) for each in grown) and self._has_untold(node, code, kinds):
                yield code

    def measuring(self, node: Node) -> list[CodeType]:
        """Code by which a statement added to containers and asked how many entries they have: that tells its place."""
        return [code for code in self._ran_before(node) if loops.measured(code) & codes.grown_globals(code)]

    def _grown_kinds(self, code: CodeType) -> set[type]:
        """Of what classes the globals are that code may add to."""
        names = codes.grown_globals(code)
        records = self.graph.at_path(code.co_filename) if names else ()
        return {type(record.namespace.get(name)) for record in records for name in names}

    def grows_deque(self, code: CodeType) -> bool:
        """Whether code may add to a deque, in which no entries are told apart."""
        return deque in self._grown_kinds(code)

    def _has_untold(self, node: Node, code: CodeType, kinds: tuple[type, ...]) -> bool:
        """Whether a container that code adds to holds something, but nothing that tells a statement's entry.

        What the program has emptied holds none: it has used what statements had put there.
        """
        bare = node.statement.kind == "expr"
        passed = {name: node.module.namespace.get(name) for name in node.statement.effects.passes}
        made, names = passed if bare else self._made_now(node), codes.grown_globals(code)
        grown = [(record, name) for record in self.graph.at_path(code.co_filename) for name in names]  # by a callback
        for container, _, told in contributions.held_in(
            node, self.graph, made, node.codes, names, self.found_empty, elsewhere=grown
        ):
            keys = copied(container) if is_a(container, dict) and bare else ()
            by_key = any(is_a(key, PLAIN) and (type(key), key) in node.statement.constants for key in keys)
            if is_a(container, kinds) and not told and not by_key:
                return True
        return False

    def given_before(self, node: Node, old: Statement | None, gone: bool = False) -> contributions.Given:
        """The texts that a statement, `old` if it was edited, gave to registries, to be taken out of them."""
        statement, ran = old or node.statement, list(self._ran_before(node))
        if node in self.added or not ran:
            return contributions.Given()
        otherwise = self.grown_by_others_now(node) if self.told_first is None else frozenset[str]()
        found, again = statement.given, gone or any("refuses" in codes.minds_entries(code) for code in ran)
        again = again or (bool(otherwise) and statement.kind in ("expr", "assign"))
        edited = old is not None and statement.kind == "expr"  # it may give them something else
        all_again = edited or node in self.moved or statement.kind in COMPOUND  # where it stands, or what is reached
        if not again and not all_again:
            found -= node.statement.given
        classes = {id(value) for value in self._classes_handed_on(node, statement)}
        alike = [runner for runner in self._run_alike(ran) if runner is not node] if found or classes else []
        shared = frozenset[str]().union(*(other.statement.given for other in alike))
        kinds = classes.difference(id(value) for other in alike for value in _classes_named(other, other.statement))
        if all_again and (not gone or statement.kind in COMPOUND):
            found -= shared
        grown, looked_up = (frozenset[str]().union(*map(of, ran)) for of in (codes.grown_names, codes.looked_up))
        served = statement.given & node.statement.given if looked_up and not gone else frozenset[str]()
        if served and old is None:  # what these functions give to one another
            served = served.union(*(filter(_is_text, code.co_consts) for code in ran))
        grown |= otherwise
        foreign, alone = shared - statement.given, frozenset(kinds)
        return contributions.Given(found, grown, shared, foreign, statement.given, alone, looked_up, served)

    def _classes_handed_on(self, node: Node, statement: Statement) -> list[type]:
        """The classes of which a version of a statement may have had an instance made and put somewhere."""
        if statement.kind == "class":
            return [value for value in self._made_now(node).values() if is_a(value, type)]
        return _classes_named(node, statement) if statement.kind == "expr" else []

    def grown_by(self, node: Node) -> frozenset[str] | None:
        """Names of what an assignment may have added to, for it may as well have looked up what it bound.

        None for other statements: what they make, they hand to others.
        """
        effects = self._statement_before(node).effects
        if self._kind_before(node) != "assign" or node in self.calling_more:
            return None
        grown = effects.mutates | (effects.attributes if effects.mutates else frozenset())
        return frozenset(grown).union(*map(codes.grown_names, self._ran_before(node)))

    def _gone_that_it_ran(self, node: Node) -> list[CodeType]:
        """The code that a statement's last run started and that is no more."""
        replaced = self.replaced_by()
        return [*self._ran_gone(node), *(replaced[identity] for identity in node.ran & replaced.keys())]

    def grown_by_others_now(self, node: Node) -> frozenset[str]:
        """Names of what code has added to for a statement, and other code does now, or none."""
        return frozenset[str]().union(*map(codes.grown_names, self._gone_that_it_ran(node)))

    def no_longer_grown(self, node: Node) -> tuple[frozenset[str], list[tuple[Any, Place]]]:
        """What only code added to that a statement's last run started and that is no more: names, and registries.

        Of a bare call it is all that such code added to: what functions do with the same, only their next run tells.
        """
        gone = self._gone_that_it_ran(node)
        names = frozenset[str]().union(*map(codes.grown_names, gone))
        if names and node.statement.kind in ("expr", "assign"):
            read = [
                (record, name)
                for code in gone
                for record in self.graph.at_path(code.co_filename)
                for name in {*codes.global_reads(code), code.co_qualname.partition(".")[0]}
            ]
            reached = registries.containers(node, self.graph, (), read)
            return names, [(container, place) for container, place in reached if place.name in names]
        if names:
            names -= frozenset[str]().union(*map(codes.grown_names, self._ran_now(node)))
        found = [
            (r, n) for code in gone for r in self.graph.at_path(code.co_filename) for n in codes.grown_globals(code)
        ]
        held = [(r.namespace.get(n), Place(((r.name, n),))) for r, n in found if n in names]
        return names, [(value, place) for value, place in held if is_a(value, entries.INNER)]

    def given_later(self, node: Node) -> Callable[[Set[str]], bool]:
        """Tells of texts whether a later statement gave them to the functions that this one ran, and no earlier one."""
        by_order = defaultdict[bool, set[frozenset[str]]](set)
        for runner in self._run_alike(self._ran_before(node)):
            by_order[self.graph.comes_after(runner, node)].add(runner.statement.given)
        earlier, later = (frozenset[str]().union(*by_order[after]) for after in (False, True))

        def told(texts: Set[str]) -> bool:
            known = texts & (earlier | later)
            if known - earlier:
                return True
            return any(known <= g for g in by_order[True] if known) and not any(known <= g for g in by_order[False])

        return told

    def given_after(self, node: Node, grown: str) -> frozenset[str]:
        """The texts that only later statements gave to functions that add to what has some name."""
        ran = (code for _, code in self.lookups.mentioning(grown).values() if self.graph.was_run(code))
        growing = [code for code in ran if grown in codes.grown_names(code)]
        return self._given_after(node, {runner for code in growing for runner in self.graph.runners(code)})

    def handed_later(self, node: Node) -> frozenset[int]:
        """Identities of what only later bare calls handed to the functions that this one ran."""
        earlier, later = set[int](), set[int]()
        handing = node.statement.kind == "expr" and node.statement.effects.calls
        for runner in self._run_alike(self._ran_before(node)) if handing else ():
            if runner.statement.kind == "expr":
                held = map(runner.module.namespace.get, runner.statement.effects.passes)
                handed = {id(value) for value in held if not is_a(value, (*PLAIN, ModuleType))}
                (later if self.graph.comes_after(runner, node) else earlier).update(handed)
        return frozenset(later - earlier)

    def _given_after(self, node: Node, runners: Iterable[Node]) -> frozenset[str]:
        earlier, later = set[str](), set[str]()
        for runner in runners:
            (later if self.graph.comes_after(runner, node) else earlier).update(runner.statement.given)
        return frozenset(later - earlier)

    def _run_alike(self, ran: Iterable[CodeType]) -> set[Node]:
        """Statements that ran some functions which grow something."""
        return {runner for code in ran if codes.grown_names(code) for runner in self.graph.runners(code)}

    def _ran_before(self, node: Node) -> Iterator[CodeType]:
        """The code of the user's functions that a statement's last run started."""
        yield from self._ran_now(node)
        yield from self._ran_gone(node)
        yield from self._ran_exchanged(node)

    def _ran_gone(self, node: Node) -> Iterator[CodeType]:
        """The same of functions that are no more."""
        if len(self.gone_codes) != len(self.dropped):
            self.gone_codes = {id(code): code for code in self.dropped}
        yield from (self.gone_codes[identity] for identity in node.ran & self.gone_codes.keys())

    def _ran_exchanged(self, node: Node) -> Iterator[CodeType]:
        """The same of functions that are to get other code: until they have, it is what statements are known to run."""
        if len(self.exchanged_codes) != len(self.swap.pairs):
            self.exchanged_codes = {id(old): old for old, _ in self.swap.pairs}
        yield from (self.exchanged_codes[identity] for identity in node.ran & self.exchanged_codes.keys())

    def replaced_by(self) -> Mapping[int, CodeType]:
        """By identity of the code that functions have now, the code that did something else before."""
        if self.replaced_codes is None:
            changed = {id(old) for old in self.swap.changed}
            self.replaced_codes = {id(new): old for old, new in self.swap.pairs if id(old) in changed}
        return self.replaced_codes

    def _ran_then(self, node: Node) -> list[CodeType]:
        """The code that a statement's last run started, as functions had it before this reload."""
        was = {} if self.told_first is not None else self.replaced_by()  # which is not known before code is live
        return [was.get(id(code), code) for code in self._ran_before(node)]

    def _ran_now(self, node: Node) -> Iterator[CodeType]:
        """The same of functions that there are still."""
        own = self.lookups.codes_of(node.module) if node.ran else {}
        found = own if node.ran <= own.keys() else self.lookups.all_codes()
        yield from (found[identity] for identity in node.ran if identity in found)


def _is_text(constant: object) -> bool:
    return type(constant) is str


def _classes_named(node: Node, statement: Statement) -> list[type]:
    """The classes that a version of a statement names."""
    named = [node.module.namespace.get(name) for name in statement.effects.reads]
    return [value for value in named if is_a(value, type)]
