"""The pilot gate: what a first few judgments must show before the rest is paid for.

Judges that cannot be parsed, that follow the position, that miss a broken reply, or that cost something
else than planned are found with 50 pairs. Too few judgments to tell is not a pass.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from studies.comparison import Order, canonical

#: A finished judgment with this outcome has verdicts; every other outcome is a failure to give one.
OK: Final = "ok"

#: How far the pilot's cost may be from its plan, in either direction.
MOST_OFF_PLAN: Final = 0.20


@dataclass(frozen=True, slots=True)
class Limit:
    """A share must stay below (or above) `threshold`; from fewer than `fewest` nothing is concluded."""

    name: str
    threshold: float
    fewest: int
    below: bool = False


PARSE_FAILURES: Final = Limit("parse_failures", 0.02, 50, below=True)
SWAP_CONSISTENCY: Final = Limit("swap_consistency", 0.80, 20)
DECOYS_LOSE: Final = Limit("decoys_lose", 0.95, 20)


@dataclass(frozen=True, slots=True)
class PilotJudgment:
    """One finished judgment. `overall` is its value as shown, None without verdicts.

    `expected`: on a decoy pair the sign of the right answer in the pair's stored order, else None.
    """

    pair: str
    judge: str
    order: Order
    replicate: int
    outcome: str
    overall: int | None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `judge` is "" for all together, `count` what `value` rests on.

    `passed` is None where nothing can be said; `value` is None where there is nothing at all.
    """

    name: str
    judge: str
    value: float | None
    threshold: float
    count: int
    passed: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Passed: all checks over all judges passed, and none of a single judge failed."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(one.passed or (one.passed is None and one.judge != "") for one in self.checks)


def gate(judgments: Sequence[PilotJudgment], *, spent: float | None, planned: float | None) -> Gate:
    """The checks over all judges, then judge by judge.

    `spent` and `planned` are of the pilot alone and in one unit, money or tokens; None where not known.
    """
    by_judge: dict[str, list[PilotJudgment]] = defaultdict(list)
    for judgment in judgments:
        by_judge[judgment.judge].append(judgment)
    checks = [*_checks(judgments, ""), _cost(spent, planned)]
    if len(by_judge) > 1:
        for name in sorted(by_judge):
            checks.extend(_checks(by_judge[name], name))
    return Gate(tuple(checks))


def sign(value: int) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def _checks(judgments: Sequence[PilotJudgment], judge: str) -> list[Check]:
    return [_failures(judgments, judge), _swaps(judgments, judge), _decoys(judgments, judge)]


def _failures(judgments: Sequence[PilotJudgment], judge: str) -> Check:
    outcomes = Counter(one.outcome for one in judgments if one.outcome != OK)
    failed, count = outcomes.total(), len(judgments)
    kinds = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    told = f"{failed} of {count} judgments gave no verdict{f' ({kinds})' if kinds else ''}"
    return _check(PARSE_FAILURES, judge, failed, count, told)


def _swaps(judgments: Sequence[PilotJudgment], judge: str) -> Check:
    """Decoys are left out: a plainly broken reply is found in either order."""
    signs: dict[tuple[str, str, int], dict[Order, int]] = defaultdict(dict)
    for one in judgments:
        if one.overall is not None and one.expected is None:
            place = (one.judge, one.pair, one.replicate)
            signs[place][one.order] = sign(canonical(one.overall, one.order))
    both = [found for found in signs.values() if len(found) == len(Order)]
    same = sum(len(set(found.values())) == 1 for found in both)
    told = f"{same} of {len(both)} verdicts stayed when the order was swapped"
    return _check(SWAP_CONSISTENCY, judge, same, len(both), told)


def _decoys(judgments: Sequence[PilotJudgment], judge: str) -> Check:
    """A decoy that no verdict was given on has not lost."""
    asked = [one for one in judgments if one.expected is not None]
    lost = sum(
        one.overall is not None and sign(canonical(one.overall, one.order)) == one.expected for one in asked
    )
    return _check(DECOYS_LOSE, judge, lost, len(asked), f"{lost} of {len(asked)} decoys lost")


def _cost(spent: float | None, planned: float | None) -> Check:
    if spent is None or not planned:
        told = "What the pilot cost cannot be compared with the plan: the price or the plan is not known."
        return Check("cost", "", None, MOST_OFF_PLAN, 0, None, told)
    off = spent / planned - 1
    passed = abs(off) <= MOST_OFF_PLAN
    told = (
        f"The pilot cost {abs(off):.0%} {'more' if off > 0 else 'less'} than planned"
        f" ({'within' if passed else 'outside'} {MOST_OFF_PLAN:.0%})."
    )
    return Check("cost", "", off, MOST_OFF_PLAN, 1, passed, told)


def _check(limit: Limit, judge: str, hits: int, count: int, told: str) -> Check:
    """The share of `hits` against its limit; said to be too few where they are."""
    value = hits / count if count else None
    wanted = f"{'below' if limit.below else 'above'} {limit.threshold:.0%}"
    if value is None or count < limit.fewest:
        sentence = f"{told}: too few to tell ({limit.fewest} are needed, wanted is {wanted})."
        return Check(limit.name, judge, value, limit.threshold, count, None, sentence)
    passed = value < limit.threshold if limit.below else value > limit.threshold
    sentence = f"{told}, {value:.1%} (wanted is {wanted})."
    return Check(limit.name, judge, value, limit.threshold, count, passed, sentence)
