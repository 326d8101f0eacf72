"""Sets that hold one another, and what is left between two of them: the parts add up to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

STEP: Final = "step"
PART: Final = "of which"
LEFT: Final = "left out"

#: Says of one member to which part it belongs.
Told = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Level:
    """What is still there at one step. `why_left` names the reason of a member that the next one lacks."""

    what: str
    members: frozenset[str]
    why_left: Told = lambda _member: "reason not told"
    part_of: Told | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`role` is STEP, PART (parts of the step above, together all of it) or LEFT (gone before the next)."""

    what: str
    n: int
    role: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One chain of steps under a title; `said` has a sentence for each step that could not be told."""

    title: str
    rows: tuple[Row, ...]
    said: tuple[str, ...] = ()


def chained(title: str, levels: Sequence[Level]) -> Flow:
    """The levels from the first to the last, each with what is left before the next.

    A level that does not hold the one after it comes from tables that contradict each other: it is left out
    and named, so that what stands always adds up. No rows where nothing ever was at any step.
    """
    kept: list[Level] = []
    said: list[str] = []
    for level in reversed(levels):
        if kept and not kept[-1].members <= level.members:
            strangers = len(kept[-1].members - level.members)
            said.append(
                f"{title}: “{level.what}” is left out, for {strangers} of those under “{kept[-1].what}” "
                "are not among them; the tables are not of one export."
            )
        else:
            kept.append(level)
    kept.reverse()
    began = any(level.members for level in kept)
    return Flow(title, tuple(_rows(kept)) if began else (), tuple(reversed(said)))


def fresh(what: str, count: int) -> frozenset[str]:
    """So many members that are known by their number only."""
    return frozenset(f"{what} {number}" for number in range(count))


def _rows(levels: Sequence[Level]) -> Iterator[Row]:
    for place, level in enumerate(levels):
        yield Row(level.what, len(level.members), STEP)
        if level.part_of is not None:
            yield from _counted(map(level.part_of, level.members), PART)
        if place + 1 < len(levels):
            yield from _counted(map(level.why_left, level.members - levels[place + 1].members), LEFT)


def _counted(parts: Iterable[str], role: str) -> Iterator[Row]:
    """The largest part first, equal ones by name."""
    counts = Counter(parts)
    for what, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield Row(what, n, role)
