"""The section on how far a rater's and a judge's reasons on the same pair have themes in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.rationales.consensus import CodedBy, coded_by
from studies.analysis.rationales.material import Material, material
from studies.analysis.rationales.overlapping import Couples, Measure, coupled, jaccard, overlap, shared
from studies.analysis.rationales.passages import UNKNOWN
from studies.analysis.rationales.reasons import Group, judges_in, raters_in, together_in
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Figure, Section, Table

KEY: Final = "overlap"
TITLE: Final = "Themes in common on a pair"
EVERY: Final = "all"
AGREEING: Final = "both prefer the same reply"
_WITH: Final = "Raters with "
_CEILING: Final = _WITH + "each other"
RATERS_TOO: Final = _CEILING + ", where {name} gave reasons"
_COLUMNS: Final = (
    Column("coded_by", "Coded by"),
    Column("who", "Whose reasons"),
    Column("couples_of", "Couples of reasons"),
    Column("pairs", "Pairs", "count"),
    Column("couples", "Couples", "count"),
    Column("undefined", "Without any theme", "count"),
    Column("found", "In common", "share"),
    Column("chance", "By chance", "share"),
    Column("beyond", "Beyond chance", "number"),
)
_NOTE: Final = (
    "Couples of a rater's and a judge's reason on one pair; the mean over a pair's couples, then over pairs. "
    "Themes are the codebook's dimensions but “other”. {what} Where several people coded a reason, a theme "
    "counts by the share of them. Couples in which neither reason names a theme are undefined, left out and "
    "counted. By chance: reasons of different dialogues, with the same weights, the expectation where "
    "judges' reasons are dealt out anew among dialogues. Beyond chance: (in common less by chance) / (1 less "
    "by chance); 0 is what chance brings; its interval leaves out dialogues, for these raters. Clusters "
    "are dialogues and, of couples with a judge, raters. Raters with each other, on the same pairs, are the "
    "ceiling; its interval holds for these raters."
)
_SHARED: Final = (
    "In common: at least one theme stands in both (HEART's 68 % is of such a kind, where both agree)."
)
_JACCARD: Final = "In common: Jaccard's coefficient, themes in both of themes in either."
_MEASURES: Final[tuple[tuple[str, str, Measure, str], ...]] = (
    ("Couples of reasons with a theme in common", "overlap", shared, _SHARED),
    (
        "Themes in common, of all that either names (Jaccard's coefficient)",
        "overlap_jaccard",
        jaccard,
        _JACCARD,
    ),
)
_NO_PAIR: Final = "No pair has a coded reason of a rater and one of a judge."


@dataclass(frozen=True, slots=True)
class _Set:
    """Couples of reasons, with whose they are and which of them.

    `times` is how often each stands there, `each` whether they are of one judge among several.
    """

    coder: CodedBy
    who: str
    kind: str
    couples: Couples
    times: int
    each: bool


_ASKED: Final = (
    "Two who prefer the same reply may do so for different reasons. Of two reasons on one pair, this counts "
    "how often they share a theme, and how often they would by chance."
)


def overlaps(evidence: Evidence) -> Section:
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    sets = [one for coder in coded_by(found) for one in _sets(found, coder)]
    if not sets:
        return Section(KEY, TITLE, absent=_NO_PAIR)
    themes = found.book.themes
    tables: dict[tuple[str, bool], Table] = {}
    for title, key, measure, what in _MEASURES:
        for each in (False, True):
            rows = [_row(one, themes, measure) for one in sets if one.each == each]
            head, ending = (f"{title}, each judge", "_judges_full") if each else (title, "")
            tables[key, each] = Table(f"{key}{ending}", head, _COLUMNS, rows, _NOTE.format(what=what))
    order = [("overlap", False), ("overlap_jaccard", False), ("overlap", True), ("overlap_jaccard", True)]
    shown = [tables[key] for key in order if tables[key].rows]
    return Section(KEY, TITLE, tuple(_lead(found)), (_figure(shown[0].rows), *shown))


def _lead(found: Material) -> Iterator[str]:
    yield _ASKED
    reasons = ~found.passages.reply
    unknown = int((reasons & (found.passages.preference == UNKNOWN) & ~found.passages.dropped).sum())
    if unknown:
        yield (
            f"Of {int(reasons.sum())} reasons, {unknown} have no answer on the dimension overall in the "
            "verdicts: whether both prefer the same reply is not known of them."
        )


def _sets(found: Material, coder: CodedBy) -> Iterator[_Set]:
    passages = found.passages
    raters = raters_in(passages).rows & coder.coded
    groups = [(group, False) for group in together_in(passages)]
    for group, each in groups + [(group, True) for group in judges_in(passages, fewest=2)]:
        judges = group.rows & coder.coded
        both = coupled(raters, judges, passages.pair.codes, passages.dialogue.codes, passages.rater)
        if len(both):
            yield from _both(found, _Set(coder, f"{_WITH}{_named(group)}", EVERY, both, 1, each))
            pairs = raters & np.isin(passages.pair.codes, both.pair)
            who = RATERS_TOO.format(name=_named(group))
            two = _two_raters(found, pairs)
            if len(two):
                yield from _both(found, _Set(coder, who, EVERY, two, 2, each))


def _two_raters(found: Material, rows: Mask) -> Couples:
    """Two different raters on the same pair; each couple both ways round, so that neither is the first."""
    passages = found.passages
    two = coupled(rows, rows, passages.pair.codes, passages.dialogue.codes)
    return two.take(passages.rater[two.left] != passages.rater[two.right])


def _named(group: Group) -> str:
    return group.title[0].lower() + group.title[1:]


def _both(found: Material, every: _Set) -> Iterator[_Set]:
    """All couples, and those in which both prefer the same reply."""
    yield every
    preference = found.passages.preference
    left, right = preference[every.couples.left], preference[every.couples.right]
    agreeing = (left == right) & (left != 0) & (left != UNKNOWN)
    if agreeing.any():
        yield replace(every, kind=AGREEING, couples=every.couples.take(agreeing))


def _row(one: _Set, themes: Mask, measure: Measure) -> tuple[Cell, ...]:
    weights = one.coder.weights[:, themes]
    couples = one.couples
    defined = measure(weights[couples.left], weights[couples.right])[1]
    result = overlap(couples, weights, measure)
    return (
        one.coder.title, one.who, one.kind, len(np.unique(couples.pair)), len(couples) // one.times,
        int((defined == 0).sum()) // one.times, result.found, result.chance, result.beyond,
    )  # fmt: skip


def _figure(rows: Sequence[tuple[Cell, ...]]) -> Figure:
    """As the first coder has it; raters with each other once, on the pairs of the first kind of judges."""
    mine = [row for row in rows if row[0] == rows[0][0]]
    ceiling = [row[1] for row in mine if str(row[1]).startswith(_CEILING)][:1]
    drawn = [
        drawn
        for row in mine
        if row[1] in ceiling or not str(row[1]).startswith(_CEILING)
        for drawn in _beside_chance(_CEILING if row[1] in ceiling else str(row[1]), row)
    ]
    table = Table("overlap_drawn", f"Coded by: {mine[0][0]}", (_COLUMNS[1], _COLUMNS[6], _COLUMNS[2]), drawn)
    title = "Couples with a theme in common"
    return Figure("overlap_figure", "Themes in common on a pair", "forest", table, x_title=title)


def _beside_chance(who: str, row: tuple[Cell, ...]) -> Iterator[tuple[Cell, ...]]:
    """What is in common, and below it what chance alone brings."""
    yield who, row[6], row[2]
    yield f"by chance: {who.removeprefix(_WITH)}", row[7], row[2]


SECTIONS: Final = (overlaps,)
