"""A statement's syntax made ready to run again: definitions hand what they make to hooks (pure).

A definition that runs again must not put a second object beside the one that everyone holds. So each function
gets an innermost decorator that merges it into its predecessor before its own decorators see it, and each class
whose predecessor can be changed in place becomes a namespace that is grafted onto that predecessor.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Set
from typing import Any, TypeVar

from . import enclosing, repeats
from .diff import Change, Edit, compare
from .effects import Effects
from .redefinition import CLASS_HOOK, FUNCTION_HOOK, MEMBER_HOOK, METACLASS, QUALNAME, ClassEdit, Request, mangled
from .statements import Statement, members
from .trees import OPERATIONS, FunctionNode, LoopNode, nested, shape

_NO_EFFECTS = Effects()
Made = TypeVar("Made", bound=ast.AST)


LISTS_BOUND_SO_FAR = frozenset({"dir", "eval", "exec", "locals", "vars"})
"""By what the body of a class looks at the names that it has bound so far."""
BINDS_UNSAID = frozenset({"exec", "locals", "vars"})
"""By what it may bind names there."""
DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def instrument(request: Request) -> ast.stmt:
    """The new statement's syntax with the hooks in it, for which two constants stand."""
    old = request.old.parse() if request.old is not None else None
    new = request.new.parse()
    return _Transformer(request, new).statement(new, old, "")


class _Transformer:
    """Makes new nodes where something is put in, and leaves those alone that it is given: others know them."""

    def __init__(self, request: Request, new: ast.stmt) -> None:
        self.request = request
        self._definitions: dict[int, dict[tuple[type, str], ast.stmt]] = {}
        """By the identity of old statements: the definitions in them, by kind and name."""
        self._repeated = _repeated_classes(new)
        self._running = frozenset[str]()
        """Names that members which run bind in the class that is looked at."""

    def _predecessor(self, container: ast.AST | None, node: ast.stmt) -> ast.stmt | None:
        """The definition of the same name within the predecessor of what `node` stands in."""
        name = getattr(node, "name", None)
        if container is None or name is None or (isinstance(node, ast.ClassDef) and node.name in self._repeated):
            return None
        known = self._definitions.get(id(container))
        if known is None:
            inner = [(type(n), n.name, n) for n in nested(container) if isinstance(n, (*FunctionNode, ast.ClassDef))]
            known = {(kind, name): n for kind, name, n in reversed(inner)}
            for key, count in Counter((kind, name) for kind, name, _ in inner).items():
                if count > 1 and key[0] is ast.ClassDef:  # which of them the live class comes from is not known
                    del known[key]
            self._definitions[id(container)] = known
        return known.get((type(node), name))

    def statement(self, node: ast.stmt, old_node: ast.stmt | None, prefix: str) -> ast.stmt:
        name: str = getattr(node, "name", "")
        if not prefix and name in self.request.taken_over:
            was = enclosing.sole(self.request.taken_over[name], name)
            old_node = was if type(was) is type(node) and name not in self._repeated else None
        if isinstance(node, FunctionNode):
            return self.function(node, old_node, prefix)
        if isinstance(node, ast.ClassDef):
            return self.cls(node, old_node, prefix)
        if isinstance(node, LoopNode):
            return node  # one definition, many functions: none has a single predecessor
        blocks = {
            name: [self.part(part, old_node, prefix) for part in value]
            for name, value in ast.iter_fields(node)
            if isinstance(value, list) and value and isinstance(value[0], (ast.stmt, ast.ExceptHandler, ast.match_case))
        }
        return _with(node, **blocks) if blocks else node

    def part(self, part: ast.stmt | ast.ExceptHandler | ast.match_case, old_node: ast.stmt | None, prefix: str) -> Any:
        if isinstance(part, ast.stmt):
            return self.statement(part, self._predecessor(old_node, part), prefix)
        return _with(part, body=self.block(part.body, old_node, prefix))

    def block(self, body: Sequence[ast.stmt], old_node: ast.stmt | None, prefix: str) -> list[ast.stmt]:
        return [self.statement(s, self._predecessor(old_node, s), prefix) for s in body]

    def function(self, node: ast.stmt, old_node: ast.stmt | None, prefix: str) -> ast.stmt:
        assert isinstance(node, FunctionNode)
        if isinstance(old_node, FunctionNode):
            self.request.kept_defaults[prefix + node.name] = kept_defaults(old_node, node, self.request, self._running)
        hook = _at(ast.Constant(FUNCTION_HOOK), node)
        return _with(node, decorator_list=[*node.decorator_list, hook])

    def cls(self, node: ast.ClassDef, old_node: ast.stmt | None, prefix: str) -> ast.stmt:
        qualname = prefix + node.name
        if qualname in self.request.keeping and isinstance(old_node, ast.ClassDef):
            return _with(node, body=self._keeping(node, old_node, qualname))
        if qualname not in self.request.in_place or not isinstance(old_node, ast.ClassDef):
            return _with(node, body=self.block(node.body, old_node, qualname + "."))
        old_members = members(_within(self.request.old, old_node), self.request.old_text)
        new_members = members(_within(self.request.new, node), self.request.new_text)
        edits = compare(old_members, new_members)
        edit = self._class_edit(node, old_node, qualname, old_members, new_members, edits)
        if edit.slots_changed:
            return _with(node, body=self.block(node.body, old_node, qualname + "."))
        self.request.classes[qualname] = edit
        outer, self._running = self._running, edit.running
        body = self._body(edit, old_members, edits, qualname + ".") or [_at(ast.Pass(), node)]
        self._running = outer
        hook = [_keyword("metaclass", CLASS_HOOK, node), _keyword(QUALNAME, qualname, node)]
        if edit.bases_changed:
            keywords = [_with(each, arg=METACLASS) if each.arg == "metaclass" else each for each in node.keywords]
            return _with(node, body=body, keywords=[*keywords, *hook])
        told = [keyword for keyword in node.keywords if keyword.arg != "metaclass"]  # its base is told of it anew
        return _with(node, body=body, bases=[], keywords=[*told, *hook])

    def _keeping(self, node: ast.ClassDef, old_node: ast.ClassDef, qualname: str) -> list[ast.stmt]:
        """The body, where the values of members that are the same text hand themselves to a hook."""
        old_members = members(_within(self.request.old, old_node), self.request.old_text)
        new_members = members(_within(self.request.new, node), self.request.new_text)
        edit = self._class_edit(node, old_node, qualname, old_members, new_members, compare(old_members, new_members))
        outer, self._running = self._running, edit.running
        body = self.block(node.body, old_node, qualname + ".")
        self._running = outer
        made = [[s.text for s in body if _may_count(s)] for body in (old_members, new_members)]
        counted = made[0] != made[1]
        following: dict[int, ast.stmt] = {}
        for position, (statement, change) in enumerate(edit.members):
            tree = statement.parse()
            if isinstance(tree, ast.ClassDef) and f"{qualname}.{tree.name}" in self.request.inner:
                if change in (Change.SAME, Change.BODY):
                    body[position] = _inner_class(tree, qualname)
                following[position] = _as_text(tree)
            elif change is Change.SAME and _binds_value(statement):
                name = statement.names[0]
                used = any(name in other.effects.reads for other in new_members)
                known: list[str | bool] = [qualname, mangled(name, node.name), used, counted]
                body[position] = _handing_over(body[position], [_at(ast.Constant(each), node) for each in known])
        return [part for at, each in enumerate(body) for part in (each, following.get(at)) if part is not None]

    def _class_edit(
        self,
        node: ast.ClassDef,
        old_node: ast.ClassDef,
        qualname: str,
        old_members: Sequence[Statement],
        new_members: Sequence[Statement],
        edits: Sequence[Edit],
    ) -> ClassEdit:
        request = self.request
        parameters = [getattr(each, "type_params", []) for each in (old_node, node)]
        heads = [*node.bases, *(k.value for k in node.keywords)]
        bases_changed = _heads(node) != _heads(old_node) or bool(_loads(heads) & request.changed_names)
        anew = request.anew or (bases_changed and any(parameters))  # those that its members use are made anew
        by_new = {edit.new: edit.change for edit in edits}
        before = [old_members[e.old] for e in edits if e.old is not None and e.change not in (Change.SAME, Change.BODY)]
        chosen = _with_dependents(
            [(s, self._member_change(by_new[j], s, qualname, anew)) for j, s in enumerate(new_members)],
            {name for statement in before for name in statement.effects.writes | _adds_to(statement)},
        )
        if request.counting:
            chosen = _counted_together(chosen, old_members, request.counting)
        gone = [old_members[e.old] for e in edits if e.change is Change.REMOVED and e.old is not None]
        moving = [s for s, change in chosen if change not in (Change.SAME, Change.BODY)] + gone
        moving += [old_members[e.old] for e in edits if e.old is not None and e.change is Change.SHELL]
        annotated_otherwise = _annotations(old_members) != _annotations(new_members)  # also in another order
        return ClassEdit(
            name=node.name,
            qualname=qualname,
            members=chosen,
            old_names=_bound(old_members, old_node.name),
            binds_unsaid=bool(moving) and any(not BINDS_UNSAID.isdisjoint(s.effects.reads) for s in old_members),
            new_names=_bound(new_members, node.name),
            bases_changed=bases_changed or request.anew,
            decorated=bool(node.decorator_list or old_node.decorator_list),
            decorated_otherwise=self._decorated_otherwise(node, old_node),
            slots_changed=_slots(old_members) != _slots(new_members),
            annotations_changed=annotated_otherwise or any(_annotated(s) for s in moving),
            annotated_otherwise=annotated_otherwise
            or any(_loads([n.annotation]) & request.changed_names for s in new_members for n in _annotating(s)),
            anew=request.anew,
        )

    def _decorated_otherwise(self, node: ast.ClassDef, old_node: ast.ClassDef) -> bool:
        before, after = old_node.decorator_list, node.decorator_list
        changed = self.request.code_changed or bool(_loads(after) & self.request.changed_names)
        return shape(before, True) != shape(after, True) or bool(after and changed)

    def _member_change(self, change: Change, statement: Statement, qualname: str, anew: bool) -> Change:
        """A member whose text is the same runs again when what it uses has changed."""
        if change not in (Change.SAME, Change.BODY):
            return change
        request, effects = self.request, statement.effects
        if anew and statement.kind != "doc":
            return Change.SHELL
        if any(statement.line <= line <= statement.end_line for line in request.lines):
            return Change.SHELL
        if any(self._set_from_outside(f"{qualname}.{name}") for name in effects.writes):
            return Change.SHELL
        runs_code = bool(effects.calls or effects.operates or effects.attributes)
        if request.running is not None:
            runs_code = not effects.reads.isdisjoint(request.running)
        if (effects.reads | effects.attributes) & request.changed_names or (request.code_changed and runs_code):
            return Change.SHELL
        return change

    def _set_from_outside(self, name: str) -> bool:
        """Whether a member was set from outside, or one of its own where it is a class."""
        return any(each == name or each.startswith(f"{name}.") for each in self.request.changed_names)

    def _body(
        self, edit: ClassEdit, old_members: Sequence[Statement], edits: Sequence[Edit], prefix: str
    ) -> list[ast.stmt]:
        """The members that must run; of the others, what an annotated class needs to see in order."""
        predecessors = {e.new: old_members[e.old] for e in edits if e.old is not None}
        body = []
        for position, (statement, change) in enumerate(edit.members):
            if isinstance(statement.node, ast.Global):
                body.append(statement.parse())
            if statement.kind == "constant":
                continue  # the text below an attribute: as the first that runs it would be the class's docstring
            old = predecessors.get(position)
            old_node = old.parse() if old is not None else None
            if change not in (Change.SAME, Change.BODY) or (edit.decorated and statement.kind in ("assign", "def")):
                body.append(self.statement(statement.parse(), old_node, prefix))  # as its decorators found it
            elif edit.annotations_changed and _annotated(statement):
                body.append(_annotations_only(statement.parse()))
        return body


def _repeated_classes(statement: ast.stmt) -> set[str]:
    """Names that several classes in a compound statement have: one of them is there in the end."""
    counts = Counter(inner.name for inner in nested(statement) if isinstance(inner, ast.ClassDef))
    return {name for name, count in counts.items() if count > 1}


def _with_dependents(
    body: list[tuple[Statement, Change]], lost: Collection[str]
) -> tuple[tuple[Statement, Change], ...]:
    """Members that bind a name again, or use it, run with the one that changes it: ``@x.setter`` with ``x``.

    So does what a member registers with or adds to, and with that all others that do, and what it reads that the body
    has deleted by its end.

    `lost` are the names that members of the old body bound, or added to, which are gone or other ones now.
    """
    changing = any(change not in (Change.SAME, Change.BODY) for _, change in body) or bool(lost)
    if changing and any(not LISTS_BOUND_SO_FAR.isdisjoint(s.effects.reads) for s, _ in body):
        return tuple((s, Change.SHELL) for s, _ in body)  # it goes through all that is bound above it
    running = set(lost)
    bound = {name for statement, _ in body for name in statement.effects.writes}
    deleted = {name for statement, _ in body if statement.kind == "Delete" for name in statement.effects.writes}
    size = -1
    while size != len(running):
        size = len(running)
        for position, (statement, change) in enumerate(body):
            effects = statement.effects
            if change not in (Change.SAME, Change.BODY):
                running |= effects.writes | (_adds_to(statement) & bound) | (effects.reads & deleted)
            elif running & (effects.writes | effects.reads):
                body[position] = (statement, Change.SHELL)
                running |= effects.writes | (effects.mutates & bound) | (effects.reads & deleted)
    return tuple(body)


def _counted_together(
    body: tuple[tuple[Statement, Change], ...], old: Sequence[Statement], counting: Set[tuple[str, ...]]
) -> tuple[tuple[Statement, Change], ...]:
    """Members that are numbered as they are made all run where one of them does, or where there are others now."""
    numbered = [_is_numbered(statement, counting) for statement, _ in body]
    running = any(
        own and change not in (Change.SAME, Change.BODY) for own, (_, change) in zip(numbered, body, strict=True)
    )
    texts = [statement.text for own, (statement, _) in zip(numbered, body, strict=True) if own]
    if not running and texts == [statement.text for statement in old if _is_numbered(statement, counting)]:
        return body
    return tuple((s, Change.SHELL if own else change) for own, (s, change) in zip(numbered, body, strict=True))


def _is_numbered(statement: Statement, counting: Set[tuple[str, ...]]) -> bool:
    calls = statement.effects.calls or statement.effects.decorates
    return bool(calls) and any(path in counting for path, _ in repeats.calls(statement.parse(), lambda name: None))


def _adds_to(statement: Statement) -> frozenset[str]:
    """Names of what a member registers with, or adds to."""
    return statement.effects.decorates | statement.effects.mutates


def with_free_names(statement: Statement, name: str, line: int, names: Sequence[str]) -> ast.stmt:
    """The statement with a function in it that, besides what it does, names variables of its surroundings."""
    node = copy.deepcopy(statement.parse())
    for inner in ast.walk(node):
        if isinstance(inner, FunctionNode) and inner.name == name:
            first = min((d.lineno for d in inner.decorator_list), default=inner.lineno)
            if first == line:
                never = ast.If(ast.Constant(False), [ast.Expr(ast.Name(n, ast.Load())) for n in names], [])
                inner.body.append(_at(never, inner.body[-1]))
    return node


def _within(outer: Statement | None, node: ast.ClassDef) -> Statement:
    """A class that is a statement, or stands inside of one, as a statement that keeps its syntax."""
    postponed = outer is not None and outer.postponed
    end_line = node.end_lineno or node.lineno
    return Statement("class", (node.name,), node.lineno, end_line, 0, "", _NO_EFFECTS, postponed=postponed, node=node)


def kept_defaults(old: ast.stmt, new: ast.stmt, request: Request, running: Set[str] = frozenset()) -> frozenset[str]:
    """Parameters whose default expressions are the same and read nothing that changed, nor of what runs with them."""
    assert isinstance(old, FunctionNode) and isinstance(new, FunctionNode)
    before, kept, changed = _defaults(old.args), set(), request.changed_names | running
    for name, value in _defaults(new.args).items():
        same = name in before and shape(before[name], True) == shape(value, True)
        if same and not _loads([value]) & changed and not (request.code_changed and _runs_code(value)):
            kept.add(name)
    return frozenset(kept)


def _defaults(arguments: ast.arguments) -> dict[str, ast.expr]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    found = {argument.arg: value for argument, value in pairs}
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            found[argument.arg] = value
    return found


def _loads(nodes: Sequence[ast.AST]) -> set[str]:
    found = [n for node in nodes for n in ast.walk(node)]
    return {n.id for n in found if isinstance(n, ast.Name)} | {n.attr for n in found if isinstance(n, ast.Attribute)}


def _runs_code(node: ast.AST) -> bool:
    """Whether an expression may run code: by calls, by operators, by attributes that descriptors compute."""
    return any(isinstance(n, (ast.Call, ast.Attribute, *OPERATIONS)) for n in ast.walk(node))


def _bound(body: Sequence[Statement], class_name: str) -> frozenset[str]:
    names = {mangled(name, class_name) for s in body for name in s.effects.writes if not _bare(s)}
    return frozenset(names)


def _bare(statement: Statement) -> bool:
    """``x: int`` binds nothing."""
    return isinstance(statement.node, ast.AnnAssign) and statement.node.value is None


def _binds_value(statement: Statement) -> bool:
    """Whether a member is one name and its value."""
    node = statement.node
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and node.value is not None
    return isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)


def _may_count(statement: Statement) -> bool:
    """Whether a member is an object of a call, which may tell its place by when it was made; a list has an order."""
    value = getattr(statement.node, "value", None)
    return _binds_value(statement) and statement.effects.calls and not isinstance(value, DISPLAYS)


def _handing_over(node: ast.stmt, known: Sequence[ast.expr]) -> ast.stmt:
    """An assignment of what the hook makes of a value, and of what is `known` of it."""
    assert isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
    return _with(node, value=_at(_member_call("member", [node.value, *known]), node))


def _member_call(method: str, arguments: list[ast.expr]) -> ast.Call:
    """A call of a method of the hook: calling a text itself, as stands there for it, is warned of."""
    return ast.Call(ast.Attribute(ast.Constant(MEMBER_HOOK), method, ast.Load()), arguments, [])


def _inner_class(node: ast.ClassDef, qualname: str) -> ast.stmt:
    """In place of a class that stays what it is, an assignment of what the hook gives for it."""
    value = _member_call("inner", [ast.Constant(f"{qualname}.{node.name}")])
    return _at(ast.Assign([ast.Name(node.name, ast.Store())], value), node)  # type: ignore[no-any-return]


def _as_text(node: ast.ClassDef) -> ast.stmt:
    """Lets an inner class have the plain values that its text gives to members: the metaclass is to see these."""
    plain: list[ast.expr] = [
        ast.Tuple([ast.Constant(mangled(part.targets[0].id, node.name)), part.value], ast.Load())
        for part in node.body
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant)
        if isinstance(part.targets[0], ast.Name) and len(part.targets) == 1
    ]
    call = _member_call("as_text", [ast.Name(node.name, ast.Load()), *plain])
    return _at(ast.Expr(call), node)  # type: ignore[no-any-return]


def _annotated(statement: Statement) -> bool:
    return any(True for _ in _annotating(statement))


def _annotating(statement: Statement) -> Iterator[ast.AnnAssign]:
    """The annotated assignments of a member: itself, or those that stand under a condition."""
    if statement.kind in ("def", "class") or ":" not in statement.text:
        return
    tree = statement.parse()
    yield from (part for part in (tree, *nested(tree)) if isinstance(part, ast.AnnAssign))


def _annotations_only(node: ast.stmt) -> ast.stmt:
    """A member that annotates something, or does so under a condition, without all else that it does."""
    if isinstance(node, ast.AnnAssign):
        return _with(node, value=None)
    blocks: dict[str, list[Any]] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            blocks[name] = _block_of_annotations(value)
        elif isinstance(value, list) and value and isinstance(value[0], (ast.ExceptHandler, ast.match_case)):
            blocks[name] = [_with(part, body=_block_of_annotations(part.body)) for part in value]
    return _with(node, **blocks)


def _block_of_annotations(block: Sequence[ast.stmt]) -> list[ast.stmt]:
    annotating = [s for s in block if any(isinstance(part, ast.AnnAssign) for part in (s, *nested(s)))]
    plain = [s for s in annotating if not isinstance(s, (*FunctionNode, ast.ClassDef))]
    return [*map(_annotations_only, plain)] or [_at(ast.Pass(), block[0])]


def _annotations(body: Sequence[Statement]) -> list[object]:
    return [shape([n.target, n.annotation], True) for s in body for n in _annotating(s)]


def _heads(node: ast.ClassDef) -> object:
    """What stands between a class's name and the colon."""
    return shape([node.bases, node.keywords, getattr(node, "type_params", [])], True)


def _slots(body: Sequence[Statement]) -> object:
    return [s.whole for s in body if "__slots__" in s.effects.writes]


def _with(node: Made, **fields: Any) -> Made:
    """A node like another, but for some fields."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _keyword(name: str, value: str, place: ast.stmt) -> ast.keyword:
    return ast.copy_location(ast.keyword(name, _at(ast.Constant(value), place)), place)


def _at(node: ast.AST, place: ast.stmt) -> Any:
    return ast.fix_missing_locations(ast.copy_location(node, place))
