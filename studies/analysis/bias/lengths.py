"""Length and no difference: does the longer reply win, and how often does nobody decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.bias.cuts import COLUMNS, NO_ANSWERS, Cut, full, short
from studies.analysis.bias.words import NO_WORDS, UNKNOWN, words_of_pairs
from studies.analysis.clustering import Floats, interval
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import HOW, share
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table, undefined
from studies.analysis.votes import Votes

#: Slopes are told for so many words more.
WORDS: Final = 10
_LENGTH: Final = (
    Column("longer_preferred", "Share for the longer reply", "share"),
    Column("slope", f"Change of preference per {WORDS} words more", "points"),
    Column("slope_within", "The same between the same two systems", "points"),
    Column("answers", "Answers of known length", "count"),
)
_LENGTH_NOTE: Final = (
    f"Longer preferred: of decided answers whose replies differ in length; ½ if length goes with nothing. "
    f"Slope: least squares of the preference (1, ½, 0) on the difference in words, for {WORDS} words. Longer "
    f"systems may also be better ones: the last compares answers on the same two systems only. None of them "
    f"shows that length is the cause. "
)
_TIES: Final = (*COLUMNS, Column("no_difference", "No difference", "share"))
_TIES_NOTE: Final = (
    "Of all answers; of judges' each order is one, of a jury the majority, where split votes are no "
    "difference. "
)
_NO_MIDDLE: Final = "The answer scale has no option for no difference."
Words = tuple[NDArray[np.int64], NDArray[np.int64]]


def lengths(evidence: Evidence) -> Section:
    """Length, where it is known, and how often there is no difference."""
    title = "Length and answers of no difference"
    if not evidence.eyes:
        return Section("bias_length", title, absent=NO_ANSWERS)
    words = words_of_pairs(evidence)
    parts = (*(_length_parts(evidence, words) if words else ()), *_ties_parts(evidence))
    return Section("bias_length", title, () if words else (NO_WORDS,), parts)


def longer_preferred(votes: Votes, words: Words) -> Estimate:
    """The share of decided votes for the longer of two replies of different length."""
    more = _more_words(votes, words)
    rows = (more != 0) & (votes.value != 0)
    chosen = votes.take(rows)
    return share(
        (chosen.value < 0) == (more[rows] > 0),
        chosen.ways,
        chosen.weight,
        why="No decided answer compares replies of different length.",
    )


def slope(votes: Votes, words: Words, *, within: bool) -> Estimate:
    """By how much a reply's preference grows with WORDS words more than the other has.

    Weighted least squares of score − ½ on the difference in words, through the origin: so it does not matter
    which reply is called a. `within` takes the mean of each couple of systems off both first.
    """
    more = _more_words(votes, words).astype(float) / WORDS
    score = votes.score - 0.5
    if within:
        couple = np.unique(np.stack([votes.a, votes.b]), axis=1, return_inverse=True)[1].reshape(-1)
        more, score = (_centred(one, couple, votes.weight) for one in (more, score))
    spread = float((votes.weight * more**2).sum())
    if spread < 1e-9:  # sums of squares of tenths: anything real is larger
        alike = (
            "The replies of each two systems differ by the same" if within else "All replies have the same"
        )
        return undefined(f"{alike} number of words.", n=len(votes))
    value = float((votes.weight * more * score).sum()) / spread
    return interval(value, votes.weight * more * (score - value * more) / spread, votes.ways)


def _centred(values: Floats, groups: NDArray[np.intp], weight: Floats) -> Floats:
    if not len(values):
        return values
    means = np.bincount(groups, weights=weight * values) / np.bincount(groups, weights=weight)
    return np.asarray(values - means[groups])


def _more_words(votes: Votes, words: Words) -> NDArray[np.int64]:
    return np.asarray(words[0][votes.pair] - words[1][votes.pair])


def _length_parts(evidence: Evidence, words: Words) -> tuple[Table | Figure, ...]:
    def rows(cuts: Iterable[Cut]) -> list[tuple[Cell, ...]]:
        return [(*cut.cells, *_length_cells(cut.votes, words)) for cut in cuts]

    first = Table(
        "bias_length",
        "Preference and length",
        (*COLUMNS, *_LENGTH),
        rows(short(evidence, evidence.eyes)),
        _LENGTH_NOTE + HOW.format(unit="dialogues"),
    )
    drawn = Table(
        "bias_length_drawn",
        "Share for the longer reply",
        (COLUMNS[0], _LENGTH[0]),
        [(row[0], row[3]) for row in first.rows],
    )
    return (
        first,
        Figure(
            "bias_length_figure",
            "Preference for the longer reply",
            "forest",
            drawn,
            x_title="Share for the longer reply",
            reference=0.5,
        ),
        replace(
            first,
            key="bias_length_full",
            title="The same by dimension and slice",
            rows=rows(full(evidence, evidence.eyes)),
        ),
    )


def _length_cells(votes: Votes, words: Words) -> tuple[Cell, ...]:
    known = votes.take((words[0][votes.pair] != UNKNOWN) & (words[1][votes.pair] != UNKNOWN))
    return (
        longer_preferred(known, words),
        slope(known, words, within=False),
        slope(known, words, within=True),
        len(known),
    )


def _ties_parts(evidence: Evidence) -> tuple[Table, ...]:
    middle = has_middle(evidence)
    first = Table(
        "bias_ties",
        "Answers of no difference",
        _TIES,
        [(*cut.cells, _no_difference(cut, middle)) for cut in short(evidence, evidence.eyes)],
        _TIES_NOTE + HOW.format(unit="dialogues"),
    )
    rows = [(*cut.cells, _no_difference(cut, middle)) for cut in full(evidence, evidence.eyes)]
    return first, replace(first, key="bias_ties_full", title="The same by dimension and slice", rows=rows)


def has_middle(evidence: Evidence) -> bool:
    """Whether any row's scale has an answer for no difference; true where the table does not tell."""
    if evidence.verdicts is None or not evidence.verdicts.says("scale"):
        return True
    scales = evidence.verdicts.table["scale"]
    return any(scales.labels[code] not in ("2", "4") for code in np.unique(scales.codes))


def _no_difference(cut: Cut, middle: bool) -> Estimate:
    if not middle and cut.eyes.kind != "jury":
        return undefined(_NO_MIDDLE, n=len(cut.votes))
    return share(cut.votes.value == 0, cut.votes.ways, cut.votes.weight)
