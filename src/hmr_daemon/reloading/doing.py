"""What statements do to objects of the user's, by the methods and functions that they call, and what tells it."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.entries import INNER, PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node
from ..planning.targets import is_instance
from ..syntax import codes, registering, trees
from ..syntax.registering import Registering
from ..syntax.statements import Statement
from .adders import Adding

FEW = 20
"""Functions that are looked through for what a statement does."""


class Doing(Adding):
    """A run that knows what statements do to objects."""

    def registering(
        self, statement: Statement, home: ModuleRecord, value: Any, before: bool = False
    ) -> Registering | None:
        """What a statement of a module does to an object of the user's, where it only adds to it or sets it up.

        `before` tells that what it calls is meant as it was before this reload.
        """
        analysis = self.analyses.get(before)
        if analysis is None:
            analysis = self.analyses[before] = Analysis(self, before)
        found: Registering | None = analysis.of_statement(statement, home, value)
        return found

    def decorating(self, node: Node, value: Any) -> Registering | None:
        """What the decorators of a definition do to an object of the user's."""
        decorators: list[ast.expr] = getattr(node.statement.parse(), "decorator_list", [])
        calls = [ast.Expr(ast.Call(each, [ast.Constant(None)], [])) for each in decorators]
        names = [name for name in node.statement.effects.decorates if node.module.namespace.get(name) is value]
        return Analysis(self, False).done(calls, names, value, node.module.namespace)

    def tokens(self, node: Node, before: bool = False) -> Iterator[object]:
        """What tells the entries of a statement: its texts, those of the functions that it calls, and what they name.

        Of the latter the identities, where it is no text; `before` asks what it was before this reload.
        """
        statement = self._statement_before(node) if before else node.statement
        held: Callable[[str], Any] = self.held_before(node.module) if before else node.module.namespace.get
        if id(statement) not in self.texts_known:
            texts = {*statement.given, *(text for kind, text in statement.constants if kind is str)}
            texts.update(trees.keywords(statement.parse()) if statement.kind == "expr" else ())
            told = frozenset(text for text in texts if type(text) is str and text)  # an empty one tells nothing
            self.texts_known[id(statement)] = statement, told
        yield from self.texts_known[id(statement)][1]
        if statement.kind in ("def", "class"):
            return
        yield from _tokens_of(map(held, statement.effects.reads | statement.effects.writes))
        elsewhere = [(self.graph.modules.get(module), name) for module, name in self.graph.expected_reads(node)]
        yield from _tokens_of(record.namespace.get(name) for record, name in elsewhere if record is not None)
        for record, definition in self._functions_called(statement, node.module, before):
            yield from filter(None, trees.texts([definition]))
            names = {part.id for part in ast.walk(definition) if isinstance(part, ast.Name)}
            yield from _tokens_of(map(self.held_before(record) if before else record.namespace.get, names))

    def _functions_called(
        self, statement: Statement, home: ModuleRecord, before: bool
    ) -> list[tuple[ModuleRecord, ast.FunctionDef]]:
        """The functions of the user's that a bare call calls by their names, and those that these call."""
        found: dict[int, tuple[ModuleRecord, ast.FunctionDef]] = {}
        waiting = list[tuple[ast.AST, ModuleRecord]]()
        if statement.kind == "expr" and statement.effects.calls:
            waiting.append((statement.parse(), home))
        while waiting and len(found) < FEW:
            tree, record = waiting.pop()
            held: Callable[[str], Any] = self.held_before(record) if before else record.namespace.get
            for path in [trees.path_of(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]:
                function = called_by(path, held)
                owner = self.graph.modules.get(function.__module__) if type(function) is FunctionType else None
                definition = self.definition(owner, function.__qualname__, before) if owner is not None else None
                if owner is not None and definition is not None and id(definition) not in found:
                    found[id(definition)] = owner, definition
                    waiting.append((definition, owner))
        return list(found.values())

    def definition(
        self, record: ModuleRecord, qualname: str, before: bool, decorated: bool = False
    ) -> ast.FunctionDef | None:
        """The definition of a function or a method, where there is one; as the old source had it.

        Of a decorated one only where that is asked for: what has its name may be another function.
        """
        outer, *inner = qualname.split(".")
        makers = self.agenda.table(record).last_writers(outer)
        if before:
            makers = [*makers, *(node for node in self.removed_nodes[record] if outer in node.statement.names)]
        found: list[ast.AST] = [(self._statement_before(m) if before else m.statement).parse() for m in makers]
        for step in inner:
            found = [each for tree in found for each in getattr(tree, "body", ()) if getattr(each, "name", "") == step]
        definition = found[0] if len(found) == 1 else None
        if not isinstance(definition, ast.FunctionDef) or (definition.decorator_list and not decorated):
            return None
        return definition


class Analysis:
    """Finds what is done to objects, as all that is called is or, `before` tells, was before the reload."""

    def __init__(self, run: Doing, before: bool) -> None:
        self._run = run
        self._before = before
        self._statements: dict[tuple[int, int], tuple[Any, Any, Registering | None]] = {}
        """By the identities of a statement and an object, these, and what the statement does to the object."""
        self._called: dict[tuple[int, object, object], tuple[Any, Registering | None]] = {}
        """By the identity of an object or a function, and what is asked of it, this object, and what that does."""

    def of_statement(self, statement: Statement, home: ModuleRecord, value: Any) -> Registering | None:
        key = id(statement), id(value)
        if key not in self._statements:
            self._statements[key] = statement, value, self._of_statement(statement, home, value)
        return self._statements[key][2]

    def _of_statement(self, statement: Statement, home: ModuleRecord, value: Any) -> Registering | None:
        if not is_instance(value, self._run.graph) or is_a(value, INNER) or statement.kind == "def":
            return None
        tree = statement.parse()
        names = [name for name in statement.effects.reads if home.namespace.get(name) is value]
        ways = [*self._ways_through_modules(statement, home, value)]
        if ways:
            tree = registering.shortened(tree, ways)
        done = self.done([tree], [*names, *map(".".join, ways)], value, home.namespace)
        read = [home.namespace.get(name) for name in statement.effects.reads]
        return replace(done, repeats=True) if done and any(is_a(each, (*INNER, tuple)) for each in read) else done

    def _ways_through_modules(self, statement: Statement, home: ModuleRecord, value: Any) -> Iterator[tuple[str, str]]:
        """The ways by which a statement knows an object of another module: ``("shop", "app")`` of ``shop.app``."""
        for name in statement.effects.reads:
            module = home.namespace.get(name)
            record = self._run.graph.record_of(module) if is_a(module, ModuleType) else None
            for attribute in statement.effects.attributes if record is not None else ():
                if record is not None and record.namespace.get(attribute) is value:
                    yield name, attribute

    def done(
        self,
        body: Sequence[ast.stmt],
        names: Iterable[str],
        value: Any,
        namespace: Mapping[str, Any],
        local: frozenset[str] = frozenset(),
    ) -> Registering | None:
        """What statements do that know an object by some names, or reach it by what they call."""
        done = Registering()
        for name in list(names) or [""]:
            more = self._with_calls(registering.of_statements(body, name, local), value, namespace, type(value))
            if more is None:
                return None
            done = done.with_other(more)
        return done

    def _with_calls(
        self, done: Registering | None, value: Any, namespace: Mapping[str, Any], owner: type
    ) -> Registering | None:
        """What is done to an object, with all that the methods do which are called of it and of what it holds."""
        if done is None or any(plain_type(part_of(value, way)) not in (dict, defaultdict) for way in done.keyed):
            return None
        state = insides.own_dict(value)
        if any(is_a(state.get(name), deque) for name in done.grown):
            return None  # in which no entries are told apart
        more = [self._done_by(value, way, owner) for way in done.calls]
        more += [self._done_by_function(called_by(path, namespace.get), value) for path in done.functions]
        more += [self._done_by_function(called_by(path, namespace.get), value, at) for path, at in done.handed]
        for each in more:
            if each is None:
                return None
            done = done.with_other(each)
        return done

    def _done_by(self, value: Any, way: Sequence[str], owner: type) -> Registering | None:
        """What a method does, to which a way leads from an object; `owner` is the class of what calls it."""
        *before, name = way
        if before == [registering.SUPER]:
            return self._done_by_method(value, name, owner)
        if registering.RESULT in before:
            return self._done_by_result(value, before, name, owner)
        holder = part_of(value, before)
        if plain_type(holder) in (list, dict, set, defaultdict):
            if name in registering.ADDING:  # and what it gives is used
                return Registering(grown=frozenset(before[-1:]), looked_at=frozenset(before[-1:]))
            return Registering() if name in registering.READING else None
        if not is_instance(holder, self._run.graph):
            return None if holder is MISSING or is_a(holder, deque) else Registering()
        return self._done_by_method(holder, name)

    def _done_by_method(self, holder: Any, name: str, above: type | None = None) -> Registering | None:
        """What a method of an object does, or that of the classes above one of its classes."""
        key = id(holder), name, above
        if key not in self._called:
            self._called[key] = holder, Registering()  # it may call itself
            order = type(holder).__mro__
            owners = order[order.index(above) + 1 :] if above is not None else order
            owner = next((each for each in owners if name in vars(each)), None)
            method = vars(owner)[name] if owner is not None else None
            if owner is None or type(method) is not FunctionType:
                done = None
            else:
                done = self._with_calls(self._own_method(owner, name), holder, method.__globals__, owner)
            self._called[key] = holder, done
        return self._called[key][1]

    def _done_by_result(self, value: Any, before: Sequence[str], name: str, owner: type) -> Registering | None:
        """The same of a method of what a call has given: where that was the object itself."""
        inner = before[: len(before) - 1 - before[::-1].index(registering.RESULT)]
        done = self._done_by(value, inner, owner)
        if done is None or not done.gives_itself or before[-1] != registering.RESULT:
            return None
        more = self._done_by(value, (*inner[:-1], name), owner)
        return done.with_other(more) if more is not None else None

    def _own_method(self, owner: type, name: str) -> Registering | None:
        """What the method of a class of the user's does by itself, where its text tells."""
        record = self._run.graph.modules.get(owner.__module__)
        qualname = f"{owner.__qualname__}.{name}"
        definition = self._run.definition(record, qualname, self._before) if record is not None else None
        return registering.of_method(definition) if definition is not None else None

    def _done_by_function(self, called: Any, value: Any, place: int | None = None) -> Registering | None:
        """What calling something does to an object, which it is handed at some place among the arguments, or not."""
        if type(called) is not FunctionType or called.__code__.co_filename not in self._run.graph.paths():
            return None if place is not None or self._is_ours(called) else Registering()
        key = id(called), id(value), place
        if key not in self._called:
            self._called[key] = called, Registering()
            self._called[key] = called, self._done_by_own(called, value, place)
        return self._called[key][1]

    def _done_by_own(self, function: FunctionType, value: Any, place: int | None) -> Registering | None:
        code, record = function.__code__, self._run.graph.modules.get(function.__module__)
        if place is not None and place >= code.co_argcount:
            return None
        definition = self._run.definition(record, function.__qualname__, self._before) if record is not None else None
        read, parameters = set(code.co_names), [*code.co_varnames]
        if definition is not None:  # which may be what it was before
            read = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
            parameters = [each.arg for each in definition.args.args]
        names = [name for name in read if function.__globals__.get(name) is value]
        given = parameters[place : place + 1] if place is not None else []
        done = None
        if definition is not None:
            local = frozenset(each.arg for each in ast.walk(definition.args) if isinstance(each, ast.arg))
            done = self.done(definition.body, [*names, *given], value, function.__globals__, local.difference(given))
        if done is None and not names and not given:
            return None if codes.grown_names(code) or codes.global_writes(code) else Registering()
        return done

    def _is_ours(self, called: Any) -> bool:
        """Whether something is an object of the user's, or what could not be found: that may do whatever."""
        return called is MISSING or is_instance(called, self._run.graph)


def called_by(path: Sequence[str], held: Callable[[str], Any]) -> Any:
    """What a way of names leads to, through modules; what of something else is called stands for its method.

    MISSING where a module has nothing by the name.
    """
    value = held(path[0]) if path else None
    for name in path[1:]:
        if not is_a(value, ModuleType):
            return value
        value = insides.own_dict(value).get(name, MISSING)
    return value


def _tokens_of(values: Iterable[Any]) -> Iterator[object]:
    for value in values:
        if type(value) is str and value:
            yield value
        elif value is not MISSING and not is_a(value, (*PLAIN, ModuleType)):
            yield id(value)


def part_of(value: Any, names: Iterable[str]) -> Any:
    """What an object holds by some attributes, one after the other."""
    for name in names:
        value = insides.own_dict(value).get(name, MISSING)
    return value
