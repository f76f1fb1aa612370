"""Whether what the live process made of each save is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import reach
from .snapshot import Snapshot
from .subject import Fresh, Played, Scenario, Step

CONTAINERS = ("list", "dict", "set")
IN_A_CIRCLE = ("partially initialized module", "if it has the same name as a library you intended to import")
"""What Python says of a module that is asked for what it has not bound yet; the second from 3.14 on."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is not as it must be."""

    kind: str
    """crash, refused, accepted, not atomic, stale, lines, order, not kept or identity."""
    step: int
    """Number of the version that was saved."""
    text: str
    summary: str = ""


def judge(scenario: Scenario, played: Played) -> list[Wrong]:
    """Everything that is wrong with the first save that is not right."""
    if played.fresh[0].error is not None:
        return []
    good, clear = 0, True
    for number, (fresh, step) in enumerate(zip(played.fresh[1:], played.live, strict=False), 1):
        if fresh.error is not None and good != number - 1:
            clear = False  # broken before: what this save adds may land or wait
            continue
        wrong = list(_step(scenario, played, good, number, clear))
        if wrong:
            return [Wrong(w.kind, w.step, w.text, step.error or step.summary) for w in wrong]
        if fresh.error is None:
            good, clear = number, True
        elif step.error is None:
            clear = False  # see _broken
    if played.crash is not None:
        return [Wrong("crash", len(played.live) + 1, played.crash)]
    return []


def _step(scenario: Scenario, played: Played, good: int, number: int, clear: bool) -> Iterator[Wrong]:
    """`good` is the last version that ran; `clear` is whether the live process stands there still."""
    fresh, step = played.fresh[number], played.live[number - 1]
    if fresh.error is not None:
        yield from _broken(fresh, step, number, played.fresh[good])
    elif step.error is not None:
        yield Wrong("refused", number, step.error.strip().splitlines()[-1])
    else:
        yield from _compare(fresh, step, number, played.fresh[good])
        if clear:
            yield from _kept(scenario, played, good, number)


def _broken(fresh: Fresh, step: Step, number: int, last: Fresh) -> Iterator[Wrong]:
    """After a save that cannot be imported, everything is as it was."""
    before = last.state
    if step.error is None:
        # Modules that import each other: in the live process all of them are loaded.
        error = str(fresh.error)
        in_a_circle = any(word in error for word in IN_A_CIRCLE) or error.startswith("AttributeError: module")
        if step.summary != "no reload" and not in_a_circle:  # where files are gone, what is loaded stays
            yield Wrong("accepted", number, error)
        return
    for path in _differences(before, step, last):
        if before.get(path) is None and step.state[path][0] == "module":
            continue  # see _compare
        yield Wrong("not atomic", number, f"{path}: was {before.get(path)}, is {step.state.get(path)}")
    for name in before:
        if " " not in name and "(" not in name and name not in step.same:
            yield Wrong("not atomic", number, f"{name} is another object")


def _compare(fresh: Fresh, step: Step, number: int, last: Fresh) -> Iterator[Wrong]:
    same_order = [n for n in fresh.loaded if n in last.loaded] == [n for n in last.loaded if n in fresh.loaded]
    for path in _differences(fresh.state, step, fresh):
        expected, found = fresh.state.get(path), step.state.get(path)
        if None in (expected, found) and "module" in (*(expected or ()), *(found or ()))[:1]:
            continue  # the import system binds a submodule once it has loaded; whoever runs again sees it
        if expected is None:
            kind, text = "stale", f"{path}: should not be, is {found}"
        elif found is None:
            kind, text = "stale", f"{path}: should be {expected}, is not"
        else:
            kind, text = _kind(expected, found), f"{path}: {_first_difference(expected, found)}"
        if kind != "order" or same_order:
            yield Wrong(kind, number, text)


def _differences(expected: Snapshot, step: Step, fresh: Fresh) -> list[str]:
    """Paths at which two snapshots part, as far as the fresh process has loaded their modules."""
    found, only_live = step.state, set(step.loaded) - set(fresh.loaded)
    paths = [p for p in found if p not in expected and _module_of(p, step.loaded) not in only_live] + list(expected)
    return sorted((p for p in paths if expected.get(p) != found.get(p)), key=lambda p: (" is" in p, p))


def _module_of(path: str, modules: tuple[str, ...]) -> str:
    return max((m for m in modules if path.startswith(f"{m}.")), key=len, default="")


def _kind(expected: Any, found: Any) -> str:
    if _without_lines(expected) == _without_lines(found):
        return "lines"
    if _sorted(_without_lines(expected)) == _sorted(_without_lines(found)):
        return "order"
    return "stale"


def _without_lines(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return tuple(_without_lines(each) for each in value if not (isinstance(each, tuple) and each[:1] == ("lines",)))


def _sorted(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    head, rest = value[:1], tuple(map(_sorted, value[1:]))
    return (*head, *sorted(rest, key=repr)) if head in (("dict",), ("list",), ("state",)) else (*head, *rest)


def _first_difference(expected: Any, found: Any, path: str = "") -> str:
    if isinstance(expected, tuple) and isinstance(found, tuple) and len(expected) == len(found):
        for number, (a, b) in enumerate(zip(expected, found, strict=True)):
            if a != b:
                label = a[0] if isinstance(a, tuple) and a and isinstance(a[0], str) else str(number)
                return _first_difference(a, b, f"{path}/{label}")
    return f"{path} should be {expected}, is {found}"


# --- state kept --------------------------------------------------------------------------------------------


def _kept(scenario: Scenario, played: Played, good: int, number: int) -> Iterator[Wrong]:
    before, after, step = played.fresh[good], played.fresh[number], played.live[number - 1]
    unreached = reach.unreached(scenario.versions[good], scenario.versions[number], before.state, after.state)
    once = reach.bound_once(scenario.versions[good]) & reach.bound_once(scenario.versions[number])
    for name, expected in after.state.items():
        if " " in name or "(" in name or name not in before.state or name in step.same:
            continue
        if expected != before.state[name]:
            continue
        if name in once and _swappable(expected, before.state, after.state):
            yield Wrong(
                "identity", number, f"{name} is another object, though its own could have been given the new code"
            )
            continue
        if name in unreached:
            yield Wrong("not kept", number, f"{name} is another object, though nothing that it depends on was changed")
        elif (
            _plain(expected, before.state)
            and _aliases(expected, before) == _aliases(expected, after)
            and _equal(expected, before, after)
            and not _shared_with_another(name, expected, after, step)
        ):
            yield Wrong("not kept", number, f"{name} is another object of equal value")


def _swappable(reference: Any, before: Snapshot, after: Snapshot) -> bool:
    """Whether a function or a class could go on as what it is: no closure, no slots, nothing that rules its layout."""
    if reference[:1] != ("->",):
        return False
    one, other = before[f"{reference[1]} is"], after.get(f"{reference[1]} is", ("gone",))
    if one[0] != other[0] or one[0] not in ("function", "class") or _part(one, "name") != _part(other, "name"):
        return False
    if reference[1] != ".".join(_place(one)):
        return False
    if one[0] == "function":
        return _part(one, "closure") == _part(other, "closure") == () and "<lambda>" not in _part(one, "name")
    same_shape = all(_part(one, each) == _part(other, each) for each in ("type", "bases", "__slots__"))
    return bool(one[0] == "class" and same_shape and _part(one, "__slots__") is None)


def _place(content: tuple[Any, ...]) -> tuple[str, str]:
    """Module and qualified name of a function or a class."""
    names = _part(content, "name")
    return (names[0] if content[0] == "class" else _part(content, "module")[0], names[1])


def _part(content: tuple[Any, ...], name: str) -> Any:
    return next((part[1:] for part in content[1:] if isinstance(part, tuple) and part[:1] == (name,)), None)


def _equal(reference: Any, before: Fresh, after: Fresh) -> bool:
    """Whether all that a reference leads to is the same in both."""
    seen: set[str] = set()
    waiting = [reference]
    while waiting:
        value = waiting.pop()
        if not isinstance(value, tuple):
            continue
        if len(value) == 2 and value[0] == "->":
            if value[1] in seen:
                continue
            seen.add(value[1])
            if _holders(value, before) != _holders(value, after):
                return False  # a part of it is, or was, a part of something else
            one, other = before.state.get(f"{value[1]} is"), after.state.get(f"{value[1]} is")
            if _without_lines(one) != _without_lines(other):
                return False
            waiting.append(one)
        else:
            waiting += value
    return True


def _shared_with_another(name: str, reference: Any, fresh: Fresh, step: Step) -> bool:
    """Whether a value, or a part of it, is a part of another global's value as well, which is another object now."""
    inner = fresh.state.get(f"{reference[1]} is") if reference[:1] == ("->",) else None
    parts = [part for part in (reference, *(inner or ())) if isinstance(part, tuple) and part[:1] == ("->",)]
    holders = {path for part in parts for path in _holders(part, fresh) if path.endswith(" is")}
    owners = {path.removesuffix(" is") for path in holders} & fresh.state.keys()
    return bool(owners - step.same - {name})


def _holders(reference: Any, fresh: Fresh) -> set[str]:
    """Paths of what holds a reference."""
    return {path for path, value in fresh.state.items() if _mentions(value, reference)}


def _mentions(value: Any, reference: Any) -> bool:
    return value == reference or (isinstance(value, tuple) and any(_mentions(part, reference) for part in value))


def _aliases(reference: Any, fresh: Fresh) -> set[str]:
    return {path for path, value in fresh.state.items() if value == reference}


def _plain(reference: Any, state: Snapshot) -> bool:
    """Whether a value is made of containers and atoms, so that equality can be told."""
    if reference[:1] == ("->",):
        content = state.get(f"{reference[1]} is", ("?",))
        return content[0] in CONTAINERS and all(_plain_part(each, state) for each in content[1:])
    return True


def _plain_part(part: Any, state: Snapshot) -> bool:
    if isinstance(part, tuple) and part and isinstance(part[0], tuple):
        return all(_plain(each, state) for each in part)
    return _plain(part, state)
