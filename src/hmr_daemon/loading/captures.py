"""What code kept of a function that stood in for another while it ran: it is given the other."""

from __future__ import annotations

from types import CellType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that a bare interpreter has not loaded
    from typing import Any


def give_back(namespace: dict[str, Any], stand_in: object, original: object) -> None:
    """Replace one by the other where a module keeps it: in globals, members of classes, defaults and closures."""
    for name, value in list(namespace.items()):
        if value is stand_in:
            namespace[name] = original
        elif type(value) is dict or type(value) is list:  # not by `in`: a metaclass may have an ``__eq__``
            _in_container(value, stand_in, original)
        elif issubclass(type(value), type) and vars(value).get("__module__") == namespace.get("__name__"):
            _in_class(value, stand_in, original)
        elif type(value) is FunctionType and value.__globals__ is namespace:
            _in_function(value, stand_in, original)


def _in_container(container: dict[Any, Any] | list[Any], stand_in: object, original: object) -> None:
    if isinstance(container, list):
        for index in [index for index, value in enumerate(container) if value is stand_in]:
            container[index] = original
        return
    items = list(container.items())
    if any(key is stand_in for key, _ in items):  # equal to the original, but not the same
        container.clear()
        container.update((original if key is stand_in else key, value) for key, value in items)
    for key in [key for key, value in items if value is stand_in]:
        container[key] = original


def _in_class(cls: type, stand_in: object, original: object) -> None:
    for name, member in list(vars(cls).items()):
        if member is stand_in:
            type.__setattr__(cls, name, original)
        elif type(member) is staticmethod and member.__func__ is stand_in:
            type.__setattr__(cls, name, staticmethod(original))  # type: ignore[arg-type]
        elif type(member) is FunctionType:
            _in_function(member, stand_in, original)


def _in_function(function: FunctionType, stand_in: object, original: object) -> None:
    defaults = function.__defaults__
    if defaults is not None and any(value is stand_in for value in defaults):
        function.__defaults__ = tuple(original if value is stand_in else value for value in defaults)
    keyword_defaults = function.__kwdefaults__ or {}
    for name in [name for name, value in keyword_defaults.items() if value is stand_in]:
        keyword_defaults[name] = original
    for cell in function.__closure__ or ():
        if _content(cell) is stand_in:
            cell.cell_contents = original


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return None
