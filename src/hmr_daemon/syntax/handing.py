"""What code hands to what it calls, and does nothing else with: ``Thread(target=self.work)`` (pure)."""

from __future__ import annotations

import dis
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Chain = tuple[str, ...]
"""A global name with the attributes that are asked of it, or ``("", name)`` for an attribute of anything else."""
_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_NOTHING = frozenset({"PRECALL", "KW_NAMES", "RESUME", "NOP", "CACHE", "EXTENDED_ARG", "NOT_TAKEN"})


@dataclass(frozen=True, slots=True)
class Handed:
    """Something that is handed on wherever it is mentioned, and to what."""

    chain: Chain
    receivers: frozenset[Chain]


def handed(instructions: Iterable[dis.Instruction]) -> frozenset[Handed]:
    """All that some instructions, which are run one after the other, hand on only."""
    stack = _Stack()
    for instruction in instructions:
        stack.take(instruction)
    only = [chain for chain, times in stack.handed.items() if times == stack.loaded[chain]]
    return frozenset(Handed(chain, frozenset(stack.receivers[chain])) for chain in only)


class _Stack:
    """What lies on the stack, as far as it was loaded by name; after a jump, nothing of that is known."""

    def __init__(self) -> None:
        self.loaded = Counter[Chain]()
        self.handed = Counter[Chain]()
        self.receivers: dict[Chain, set[Chain]] = defaultdict(set)
        self._held: list[Chain | None] = []

    def take(self, instruction: dis.Instruction) -> None:
        name = instruction.opname
        if name in _NOTHING:
            return
        if name in ("CALL", "CALL_KW"):
            self._call((instruction.arg or 0) + (name == "CALL_KW"))
        elif name in _LOADS or name in _ATTRIBUTES:
            holder = self._pop() if name in _ATTRIBUTES else None
            if self._effect(instruction) > (name in _LOADS):
                self._held.append(None)  # beside what is called lies a NULL, or the object of a method
            self._ask(holder, instruction.argval) if name in _ATTRIBUTES else self._push((instruction.argval,))
        else:
            self._other(instruction)

    def _ask(self, holder: Chain | None, attribute: str) -> None:
        if holder is None or not holder[0]:
            self._push(("", attribute))
            return
        self.loaded[holder] -= 1  # it is a longer chain that is loaded
        self._push((*holder, attribute))

    def _other(self, instruction: dis.Instruction) -> None:
        if instruction.opcode in dis.hasjrel or instruction.opname in ("SWAP", "COPY"):
            self._held = [None] * len(self._held)
        effect = self._effect(instruction)
        if effect > 0:
            self._held += [None] * effect
            return
        for _ in range(-effect):
            self._pop()
        if self._held and instruction.opname not in ("POP_TOP", "STORE_FAST", "STORE_ATTR", "STORE_NAME"):
            self._held[-1] = None

    def _call(self, count: int) -> None:
        given = [self._pop() for _ in range(count)]
        called = [each for each in (self._pop(), self._pop()) if each is not None]
        for chain in given:
            if chain is not None and called:
                self.handed[chain] += 1
                self.receivers[chain].add(called[0])
        self._held.append(None)

    def _push(self, chain: Chain) -> None:
        self.loaded[chain] += 1
        self._held.append(chain)

    def _pop(self) -> Chain | None:
        return self._held.pop() if self._held else None

    def _effect(self, instruction: dis.Instruction) -> int:
        return dis.stack_effect(instruction.opcode, instruction.arg, jump=False)
