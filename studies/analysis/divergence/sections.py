"""The section on where raters and judges part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.divergence.gaps import DEALS, Gaps, gaps_of
from studies.analysis.divergence.texts import last_turns, names_of, reasons, replies
from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.results import Cell, Column, Section, Table
from studies.analysis.verdicts import Verdicts
from studies.analysis.votes import QUORUM, Votes, settled
from studies.comparison import OVERALL

_KEY: Final = ("divergence", "Where raters and judges part")
#: What rounding may make of equal gaps: those of few answers take few values.
_SAME: Final = 1e-9
#: So many pairs are shown.
MOST: Final = 20
#: Tables that hold raters' own words: `_texts_full` says so to whoever hands the report on.
RATERS_WORDS: Final = "divergence_raters_texts_full"
_ABSENT: Final = f"No pair has overall answers of raters and of {QUORUM} judges."
_NONE: Final = "On no pair do raters and judges part further than the noise of so few answers explains."
_PLACE: Final = Column("place", "Place", "count")
_NOTE: Final = (
    "Overall preference as a score for the first system: 1 better, ½ no difference, 0 worse; the mean over "
    "raters less the mean over judges (one answer each, put together over both orders). Shrunk gap: times "
    "the share of its variance that is not noise of few answers, so that single answers do not lead; "
    "ordered by its size, with its interval given the variances. By chance: what the gap at this place "
    "exceeds in 5 % of {deals} deals in which each pair's answers go to raters and judges at random; what "
    "the two differ by on all pairs alike is part of every gap."
)
_JUDGE_NOTE: Final = "One judge's answer is taken as it is: only the raters' noise is allowed for. "
_TEXT_NOTE: Final = "Replies as they came; they were shown in the protocol's profile."
_REASON_NOTE: Final = (
    "As written. Who wrote A or B meant the sides as shown: `first` is the system that stood there as A."
)


@dataclass(frozen=True, eq=False)
class Parting:
    """The gaps of one judge, or of all of them; `chosen` are the places of the largest, the largest first,
    and `chance` what deals make of each.
    """

    title: str
    gaps: Gaps
    chosen: NDArray[np.intp]
    chance: NDArray[np.float64]


def divergence(evidence: Evidence) -> Section:
    """The pairs on which raters and judges differ most; each judge's, and all texts, folded."""
    verdicts, raters, judged = evidence.verdicts, evidence.raters, evidence.judged
    if verdicts is None or raters is None or judged is None:
        return Section(*_KEY, absent=_ABSENT)
    mine, theirs = (
        votes.take(votes.dimension == evidence.dimension_code(OVERALL)) for votes in (raters, judged)
    )
    gaps = gaps_of(mine, settled(theirs), QUORUM) if len(mine) and len(theirs) else None
    if gaps is None:
        return Section(*_KEY, absent=_ABSENT)
    together = _parting(evidence, "Judges together", gaps)
    note = _NOTE.format(deals=DEALS)
    parts = [
        Table(
            "divergence",
            "Pairs on which raters and judges differ most",
            _columns(),
            list(_rows(verdicts, together)),
            note,
        )
    ]
    if len(together.chosen):
        parts += _texts(evidence, verdicts, together, mine, theirs)
    single = [row for one in _judges(evidence, mine) for row in _rows(verdicts, one)]
    if single:
        parts.append(
            Table("divergence_judges_full", "The same, each judge", _columns(), single, _JUDGE_NOTE + note)
        )
    return Section(*_KEY, tuple(_lead(together)), tuple(part for part in parts if part.rows))


def _judges(evidence: Evidence, raters: Votes) -> Iterator[Parting]:
    for eyes in evidence.eyes:
        if eyes.kind == "judge":
            votes = eyes.votes.take(eyes.votes.dimension == evidence.dimension_code(OVERALL))
            gaps = gaps_of(raters, settled(votes), 1) if len(votes) else None
            if gaps is not None:
                yield _parting(evidence, eyes.title, gaps)


def _parting(evidence: Evidence, title: str, gaps: Gaps) -> Parting:
    chosen = gaps.largest(MOST)
    chance = gaps.by_chance(MOST, evidence.rng(f"deals {title}"))[: len(chosen)]
    return Parting(title, gaps, chosen, chance)


def _lead(parting: Parting) -> Iterator[str]:
    gaps = parting.gaps
    yield (
        f"Raters and judges both answered {len(gaps.pair):,} pairs. Their gaps have a standard deviation of "
        f"{100 * gaps.beyond**0.5:.0f} percentage points beyond the noise of few answers."
    )
    if not len(parting.chosen):
        yield _NONE
        return
    beyond = int((np.abs(gaps.shrunk[parting.chosen]) > parting.chance + _SAME).sum())
    yield (
        f"{beyond} of the {len(parting.chosen)} gaps that are shown are larger than chance alone makes them "
        "at their place."
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("eyes", "Raters and"), _PLACE, Column("dialogue", "Dialogue"), Column("first", "First system"),
        Column("second", "Second system"), Column("raters", "Raters for the first", "share"),
        Column("raters_n", "Raters", "count"), Column("judges", "Judges for the first", "share"),
        Column("judges_n", "Judges", "count"), Column("gap", "Gap", "points"),
        Column("shrunk", "Shrunk gap", "points"), Column("chance", "By chance", "points"),
    )  # fmt: skip


def _rows(verdicts: Verdicts, parting: Parting) -> Iterator[tuple[Cell, ...]]:
    gaps = parting.gaps
    for number, (place, chance) in enumerate(zip(parting.chosen, parting.chance, strict=True), 1):
        dialogue, a, b = _pair(verdicts, int(gaps.pair[place]))
        mine, theirs = gaps.raters[place], gaps.judges[place]
        yield (
            parting.title, number, dialogue, a, b, _share(mine), int(mine.sum()), _share(theirs),
            int(theirs.sum()), float(gaps.raw[place]), gaps.estimate(int(place)), float(chance),
        )  # fmt: skip


def _share(counts: NDArray[np.float64]) -> float:
    return float((counts[0] + counts[1] / 2) / counts.sum())


def _pair(verdicts: Verdicts, pair: int) -> tuple[str, str, str]:
    """A pair's dialogue and its two systems."""
    row = int(np.flatnonzero(verdicts.pair.codes == pair)[0])
    dialogue = verdicts.dialogue.labels[verdicts.dialogue.codes[row]]
    return dialogue, verdicts.systems[verdicts.a[row]], verdicts.systems[verdicts.b[row]]


def _texts(
    evidence: Evidence, verdicts: Verdicts, parting: Parting, raters: Votes, judges: Votes
) -> list[Table]:
    """What was said and replied, and why raters and judges preferred what they did; raters' words apart."""
    turns, said = last_turns(evidence), replies(evidence)
    shown: list[tuple[Cell, ...]] = []
    for number, place in enumerate(parting.chosen, 1):
        pair = int(parting.gaps.pair[place])
        dialogue, a, b = _pair(verdicts, pair)
        names = names_of(evidence, raters, pair)
        texts = [said.get(name, "") for name in names]
        if turns.get(dialogue) or any(texts):
            shown.append((number, dialogue, turns.get(dialogue, ""), a, texts[0], b, texts[1]))
    columns = (
        _PLACE, Column("dialogue", "Dialogue"), Column("seeker", "The seeker said last"),
        Column("first", "First system"), Column("first_reply", "Its reply"),
        Column("second", "Second system"), Column("second_reply", "Its reply"),
    )  # fmt: skip
    return [
        Table("divergence_replies_full", "These pairs' replies", columns, shown, _TEXT_NOTE),
        _reasons(
            evidence, parting, judges, "divergence_judges_reasons_full", "Judges' reasons on these pairs"
        ),
        _reasons(evidence, parting, raters, RATERS_WORDS, "Raters' reasons on these pairs, in their words"),
    ]


def _reasons(evidence: Evidence, parting: Parting, votes: Votes, key: str, title: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (number, one.source, one.first, one.preferred, one.text)
        for number, place in enumerate(parting.chosen, 1)
        for one in reasons(evidence, votes, int(parting.gaps.pair[place]))
    ]
    columns = (
        _PLACE, Column("source", "Who"), Column("first", "Shown first"), Column("preferred", "Preferred"),
        Column("reason", "Reason"),
    )  # fmt: skip
    return Table(key, title, columns, rows, _REASON_NOTE)


SECTIONS: Final[tuple[SectionOf, ...]] = (divergence,)
