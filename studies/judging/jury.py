"""Who judges which pair: families apart, both orders, drawn by seed, counted before anything is paid.

A judge whose family wrote one of the two replies is not eligible for the jury, because models favour their
kind. Fewer than three eligible judges are no jury: such a pair is reported and not planned.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from studies.comparison import Order

#: No fewer judges are ever called a jury.
SMALLEST: Final = 3
#: How often a judgment drawn for self-consistency is made.
REPLICATES: Final = 3

#: `disjoint` draws juries; `paper-panel` lets every judge judge every pair, its own family's too.
Preset = Literal["disjoint", "paper-panel"]


class PlanError(Exception):
    """The plan asked for is not possible; the message says why and what to do."""


class Role(StrEnum):
    """Why a judgment is made. Only JURY counts for the headline; PANEL is a separate, labelled design."""

    JURY = "jury"
    SAME_FAMILY = "same_family"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Authors:
    """One pair and the families of its two authors. None stands for a person."""

    pair: str
    first: str | None
    second: str | None


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    name: str
    family: str


@dataclass(frozen=True, slots=True)
class JuryDesign:
    """How many judge. `size` is odd; shares are of 1.

    `same_family_share`: of the pairs that a judge's own family wrote in, how many one such judge judges too.
    `consistency_share`: of each judge's pairs, how many it judges three times.
    """

    preset: Preset = "disjoint"
    size: int = SMALLEST
    same_family_share: float = 0.0
    consistency_share: float = 0.05


@dataclass(frozen=True, slots=True)
class PlannedJudgment:
    """One judgment to be made. `same_family`: the judge's family wrote one of the two replies."""

    pair: str
    judge: str
    order: Order
    replicate: int
    role: Role
    same_family: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What a researcher reads before the run.

    `eligible`: how many judges of neither author's family → how many pairs have so many. `without_jury`: the
    pairs with fewer than three. `smaller`: pairs whose jury is smaller than asked for, though three or more.
    """

    pairs: int
    eligible: Mapping[int, int]
    without_jury: tuple[str, ...]
    smaller: int
    calls: int
    calls_by_judge: Mapping[str, int]
    calls_by_role: Mapping[Role, int]


@dataclass(frozen=True, slots=True)
class Plan:
    judgments: tuple[PlannedJudgment, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class _Seat:
    """One judge for one pair, in both orders."""

    pair: str
    judge: str
    role: Role
    same_family: bool


def plan(
    pairs: Sequence[Authors],
    judges: Sequence[JudgeSpec],
    *,
    seed: int,
    design: JuryDesign = JuryDesign(),
    load: Mapping[str, int] | None = None,
) -> Plan:
    """All judgments of a run, in the order of the pairs' keys; the same for the same arguments.

    `load`: how many pairs each judge has already, when a run is extended by new pairs. Raises PlanError.
    """
    _check(pairs, judges, design)
    pairs = sorted(pairs, key=lambda one: one.pair)
    judges = sorted(judges, key=lambda one: one.name)
    rng = random.Random(f"jury:{seed}")
    if design.preset == "paper-panel":
        seats = [
            _Seat(pair.pair, one.name, Role.PANEL, _is_kin(one, pair)) for pair in pairs for one in judges
        ]
    else:
        seats = _jury_seats(pairs, judges, design.size, rng, Counter(load or {}))
        seats += _kin_seats(pairs, judges, design.same_family_share, rng)
    often = _judged_often(seats, design.consistency_share, rng)
    judgments = tuple(
        judgment
        for seat in sorted(seats, key=lambda one: (one.pair, one.role, one.judge))
        for judgment in _judgments(seat, REPLICATES if seat in often else 1)
    )
    return Plan(judgments, _summary(pairs, judges, design, judgments))


def eligible(pair: Authors, judges: Iterable[JudgeSpec]) -> list[JudgeSpec]:
    """The judges of neither author's family."""
    return [judge for judge in judges if not _is_kin(judge, pair)]


def seats_for(count: int, size: int) -> int:
    """How many of `count` eligible judges sit: `size`, else the next smaller odd number, or 0 below three."""
    if count < SMALLEST:
        return 0
    taken = min(count, size)
    return taken if taken % 2 else taken - 1


def draw_pilot(pairs: Iterable[str], *, size: int, seed: int) -> frozenset[str]:
    """The keys of the pairs that are judged first, to see whether the judges can be trusted with the rest."""
    known = sorted(pairs)
    return frozenset(random.Random(f"pilot:{seed}").sample(known, min(size, len(known))))


def _check(pairs: Sequence[Authors], judges: Sequence[JudgeSpec], design: JuryDesign) -> None:
    if design.size < SMALLEST or design.size % 2 == 0:
        raise PlanError(f"a jury has an odd number of judges, {SMALLEST} or more, not {design.size}")
    if not all(0 <= share <= 1 for share in (design.same_family_share, design.consistency_share)):
        raise PlanError("a share lies between 0 and 1")
    if not judges:
        raise PlanError("there are no judges: add some first")
    _refuse_repeats([judge.name for judge in judges], "judge")
    _refuse_repeats([pair.pair for pair in pairs], "pair")
    nameless = sorted(judge.name for judge in judges if not _folded(judge.family))
    if nameless:
        raise PlanError(f"say of which family these judges are: {', '.join(nameless)}")
    unknown = sum("" in _kin(pair) for pair in pairs)
    if unknown:
        raise PlanError(
            f"{unknown} pairs have a reply by a model whose family is not known: say it on the system's "
            "page, else nobody can tell which judges are of another family"
        )


def _refuse_repeats(names: Sequence[str], what: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise PlanError(f"the {what} {twice[0]!r} stands there twice")


def _folded(family: str) -> str:
    """GPT, gpt and " gpt" are one family."""
    return family.strip().casefold()


def _kin(pair: Authors) -> set[str]:
    return {_folded(family) for family in (pair.first, pair.second) if family is not None}


def _is_kin(judge: JudgeSpec, pair: Authors) -> bool:
    return _folded(judge.family) in _kin(pair)


def _jury_seats(
    pairs: Sequence[Authors], judges: Sequence[JudgeSpec], size: int, rng: random.Random, load: Counter[str]
) -> list[_Seat]:
    """For each pair, in a random order, those eligible judges who sit least; a draw decides among equals."""
    seats = []
    for pair in rng.sample(pairs, len(pairs)):
        able = eligible(pair, judges)
        rng.shuffle(able)
        able.sort(key=lambda judge: load[judge.name])
        for judge in able[: seats_for(len(able), size)]:
            load[judge.name] += 1
            seats.append(_Seat(pair.pair, judge.name, Role.JURY, same_family=False))
    return seats


def _kin_seats(
    pairs: Sequence[Authors], judges: Sequence[JudgeSpec], share: float, rng: random.Random
) -> list[_Seat]:
    """One judge of an author's own family for a share of the pairs that have one, spread evenly."""
    kin = {pair.pair: [judge for judge in judges if _is_kin(judge, pair)] for pair in pairs}
    possible = [pair for pair, own in kin.items() if own]
    load: Counter[str] = Counter()
    seats = []
    for pair in rng.sample(possible, _part(share, len(possible))):
        own = rng.sample(kin[pair], len(kin[pair]))
        judge = min(own, key=lambda one: load[one.name])
        load[judge.name] += 1
        seats.append(_Seat(pair, judge.name, Role.SAME_FAMILY, same_family=True))
    return seats


def _judged_often(seats: Sequence[_Seat], share: float, rng: random.Random) -> set[_Seat]:
    """The seats judged three times: the same share of every judge's, the same-family ones left out."""
    counted = [seat for seat in seats if seat.role is not Role.SAME_FAMILY]
    drawn: set[_Seat] = set()
    for name in sorted({seat.judge for seat in counted}):
        own = sorted((seat for seat in counted if seat.judge == name), key=lambda one: one.pair)
        drawn.update(rng.sample(own, _part(share, len(own))))
    return drawn


def _part(share: float, count: int) -> int:
    """`share` of `count`, rounded up, so that a share above 0 of something is never nothing."""
    return min(count, math.ceil(round(share * count, 9)))


def _judgments(seat: _Seat, replicates: int) -> Iterator[PlannedJudgment]:
    for replicate in range(1, replicates + 1):
        for order in Order:
            yield PlannedJudgment(seat.pair, seat.judge, order, replicate, seat.role, seat.same_family)


def _summary(
    pairs: Sequence[Authors],
    judges: Sequence[JudgeSpec],
    design: JuryDesign,
    judgments: Sequence[PlannedJudgment],
) -> Summary:
    counts = {pair.pair: len(eligible(pair, judges)) for pair in pairs}
    return Summary(
        pairs=len(pairs),
        eligible=dict(sorted(Counter(counts.values()).items())),
        without_jury=tuple(key for key, count in counts.items() if count < SMALLEST),
        smaller=sum(
            count >= SMALLEST and seats_for(count, design.size) < design.size for count in counts.values()
        ),
        calls=len(judgments),
        calls_by_judge=dict(sorted(Counter(one.judge for one in judgments).items())),
        calls_by_role=dict(sorted(Counter(one.role for one in judgments).items())),
    )
