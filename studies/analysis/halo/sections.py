"""The section on how dimensions hang together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.halo.answers import Beside, beside
from studies.analysis.halo.correlating import Correlated, told
from studies.analysis.halo.systems import Rated
from studies.analysis.ranking.entries import Entry, entries_of, whole
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table
from studies.analysis.verdicts import Verdicts
from studies.comparison import OVERALL

_KEY: Final = ("halo", "How the dimensions hang together")
_ABSENT: Final = "No answers on two dimensions of a rubric beside each other: nothing can hang together."
_EYES: Final = Column("eyes", "Who answered")
_LEVEL: Final = Column("level", "Level")
_ANSWERS, _PAIRS, _SYSTEMS = "answers, within each source", "pairs", "systems"
_RATERS: Final = "Raters"
TOGETHER: Final = "Judges together"
_HALO: Final = (
    "Dimensions that each measure something of their own correlate little beyond what good replies have in "
    "common; one impression that colours them all (halo) correlates them all. The two cannot be told apart "
    "here: a high correlation is a limit on what differences between dimensions can mean."
)
_NOTE: Final = (
    "Spearman's correlation of answers toward one reply or the other. Answers: ranks centred in each rater "
    "or judge, so that nobody's leaning counts. Pairs: each pair's mean over its answers. Mean: over couples "
    "of the rubric's dimensions, overall left aside; 0 if they were independent. First component: the "
    "largest eigenvalue's share of their correlation matrix; 1 if they were one and the same, and the next "
    "column if independent. Intervals: jackknife by dialogue and rater; judges' are by dialogue alone, for "
    "these judges; of systems' Elo, draws of all ratings by dialogue, rater and writer, for these judges."
)
_DIFFERENCE_NOTE: Final = (
    "Mean correlation of answers, on the pairs and dimensions that both answered. Above 0: raters' "
    "dimensions hang together more than the judge's. Who answers with more noise has lower correlations by "
    "that alone. Intervals: jackknife by dialogue, of both at once, and by rater; for these judges."
)
_COUPLE_COLUMNS: Final = (
    _EYES, _LEVEL, Column("dimension", "Dimension"), Column("other_dimension", "And"),
    Column("correlation", "Spearman's correlation", "number"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Answers of raters, of one judge or of all judges, beside each other."""

    title: str
    answers: Beside

    @property
    def are_raters(self) -> bool:
        return self.title == _RATERS


def halo(evidence: Evidence) -> Section:
    """Correlations of dimensions by answers, pairs and systems, raters' beside judges'."""
    groups = list(_groups(evidence))
    if evidence.verdicts is None or not groups:
        return Section(*_KEY, absent=_ABSENT)
    levels = [
        (group.title, level, Correlated(group.answers, group.are_raters, pairs=level == _PAIRS))
        for group in groups
        for level in (_ANSWERS, _PAIRS)
    ]
    differences = list(_differences(groups))
    rated = list(_rated(evidence, evidence.verdicts))
    parts: list[Table | Figure] = [_index(levels, rated)]
    if differences:
        parts.append(_difference_table(differences))
    couples = [
        row
        for title, level, found in levels
        for row in _couples(title, level, found.answers.dimensions, found.between)
    ]
    couples += [
        row for title, found in rated for row in _couples(title, _SYSTEMS, found.dimensions, found.between)
    ]
    parts += [_figure(groups[0], couples), _couples_table(couples)]
    return Section(*_KEY, (_HALO,), tuple(parts))


def _groups(evidence: Evidence) -> Iterator[Group]:
    votes = [(_RATERS, evidence.raters)]
    votes += [(eyes.title, eyes.votes) for eyes in evidence.eyes if eyes.kind == "judge"]
    if len(votes) > 2:
        votes.append((TOGETHER, evidence.judged))
    for title, mine in votes:
        answers = beside(evidence, mine) if mine is not None else None
        if answers is not None:
            yield Group(title, answers)


def _index(levels: list[tuple[str, str, Correlated]], rated: list[tuple[str, Rated]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for title, level, found in levels:
        count = int(found.answers.rubric.sum())
        rows.append((title, level, count, found.mean, found.first_component, 1 / count))
    for title, ratings in rated:
        cells = ratings.rubric, ratings.mean, ratings.first_component, 1 / ratings.rubric
        rows.append((title, _SYSTEMS, *cells))
    columns = (
        _EYES, _LEVEL, Column("dimensions", "Dimensions", "count"),
        Column("mean", "Mean correlation", "number"), Column("first", "First component", "share"),
        Column("independent", "If independent", "share"),
    )  # fmt: skip
    return Table("halo", "How much the dimensions have in common", columns, rows, _NOTE)


def _differences(groups: list[Group]) -> Iterator[tuple[Cell, ...]]:
    """Raters' mean correlation less each judge's, on what both answered."""
    if not groups[0].are_raters:
        return
    raters = groups[0].answers
    for group in groups[1:]:
        shared = tuple(key for key in raters.dimensions if key in group.answers.dimensions)
        mine, other = (
            one.only(shared).on(against.pair)
            for one, against in ((raters, group.answers), (group.answers, raters))
        )
        if sum(key != OVERALL for key in shared) < 2 or not len(mine.pair):
            continue
        one, two = Correlated(mine, sampled=True), Correlated(other, sampled=False)
        difference = told(one.means.less(two.means), min(len(mine.pair), len(other.pair)), -2, 2)
        yield group.title, len(np.unique(mine.pair)), one.mean, two.mean, difference


def _difference_table(rows: list[tuple[Cell, ...]]) -> Table:
    columns = (
        _EYES, Column("pairs", "Pairs", "count"), Column("raters", "Raters' mean correlation", "number"),
        Column("judge", "Theirs", "number"), Column("difference", "Raters less these", "number"),
    )  # fmt: skip
    return Table("halo_difference", "Raters' dimensions and judges'", columns, rows, _DIFFERENCE_NOTE)


def _couples(
    title: str, level: str, keys: Sequence[str], between: Callable[[int, int], Estimate]
) -> Iterator[tuple[Cell, ...]]:
    for i, one in enumerate(keys):
        for j in range(i + 1, len(keys)):
            yield title, level, one, keys[j], between(i, j)


def _figure(group: Group, couples: list[tuple[Cell, ...]]) -> Figure:
    """The whole matrix of answers of those who come first: with its diagonal, colours run up to 1."""
    half = [row[2:] for row in couples if row[:2] == (group.title, _ANSWERS)]
    rows: list[tuple[Cell, ...]] = [(key, key, 1.0) for key in group.answers.dimensions]
    rows += [turned for one, other, found in half for turned in ((one, other, found), (other, one, found))]
    said = f"Correlations between dimensions: {group.title}"
    table = Table("halo_matrix", said, _COUPLE_COLUMNS[2:], rows, _NOTE)
    return Figure("halo_matrix", said, "matrix", table, reference=0.0)


def _couples_table(rows: list[tuple[Cell, ...]]) -> Table:
    return Table("halo_couples_full", "Every couple of dimensions", _COUPLE_COLUMNS, rows, _NOTE)


def _rated(evidence: Evidence, verdicts: Verdicts) -> Iterator[tuple[str, Rated]]:
    """The rankings of each kind of eyes that has two of the rubric's dimensions."""
    by_eyes: dict[str, list[Entry]] = {}
    for entry in whole(entries_of(evidence, verdicts)):
        by_eyes.setdefault(entry.eyes.key, []).append(entry)
    for key, entries in by_eyes.items():
        rng = evidence.rng(f"ratings on all dimensions {key}")
        rated = Rated(entries, evidence.options.resamples, rng)
        if rated.rubric > 1:
            yield entries[0].eyes.title, rated


SECTIONS: Final[tuple[SectionOf, ...]] = (halo,)
