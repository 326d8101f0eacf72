"""The section on agreement."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.agreement.ambiguity import FEWEST_VOTES, Level, curve
from studies.analysis.agreement.among_sources import coefficient_tables, sources_of
from studies.analysis.agreement.pairs import in_part
from studies.analysis.agreement.repeats import Repeats, agreement_of, position_effect, repeats_in
from studies.analysis.agreement.resting import alone, exclusions
from studies.analysis.agreement.with_raters import judges_of, tables_of
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Figure, Section, Table
from studies.comparison import OVERALL

KEY: Final = "agreement"
TITLE: Final = "Agreement"
NO_VOTES: Final = (
    "There are neither votes of raters nor those of two judges. Agreement needs two sources that answered "
    "the same pairs."
)
_NO_RATERS: Final = "No rater's votes are here: what follows is about judges alone, and nothing of people."
_ONE_REPEATS: Final = "All repeated answers are of one rater: how reliable others are is not known."
_NO_JUDGES: Final = "No judge answered: agreement with raters comes with rows of judges in verdicts.csv."


def agreement(evidence: Evidence) -> Section:
    """Who agrees with whom; absent where no two sources could. Made once: the datasheet reads it too."""
    return evidence.once("agreement section", _agreement)


def _agreement(evidence: Evidence) -> Section:
    if not sources_of(evidence):
        return Section(KEY, TITLE, absent=NO_VOTES)
    if evidence.raters is None:
        return Section(KEY, TITLE, (_NO_RATERS,), coefficient_tables(evidence))
    lead = list(alone(evidence.raters))
    parts: list[Table | Figure] = []
    if judges_of(evidence):
        short, full, figure = tables_of(evidence)
        parts += [short, figure, full]
    else:
        lead.append(_NO_JUDGES)
    parts += [*coefficient_tables(evidence), *exclusions(evidence)]
    for words, found in (_repeats(evidence), _ambiguity(evidence)):
        lead += words
        parts += found
    return Section(KEY, TITLE, tuple(lead), tuple(parts))


_REPEATED: Final = (
    Column("dimension", "Dimension"),
    Column("slice", "Dialogues"),
    Column("same_side_s1", "Same side, ties count", "share"),
    Column("turned_s1", "Sides turned, ties count", "share"),
    Column("position_s1", "Difference, ties count", "points"),
    Column("same_side_s2", "Same side, both decisive", "share"),
    Column("turned_s2", "Sides turned, both decisive", "share"),
    Column("position_s2", "Difference, both decisive", "points"),
)


def _repeats(evidence: Evidence) -> tuple[list[str], list[Table]]:
    found = repeats_in(evidence)
    if found is None or not len(found):
        why = "No pair was rated twice by the same rater: the plan can repeat a share of the pairs."
        return [why], []
    rows = [
        (dimension, part, *_repeated(found.take(_in(evidence, found, dimension, part))))
        for dimension in evidence.dimensions
        for part in evidence.slices
    ]
    note = (
        "How often a rater's repeated answer has the sign of the first one. Sides turned: the same pair with "
        "its replies on the other sides; what that lowers agreement by is what position does. Intervals by "
        "dialogue and rater. Judges' own consistency stands under bias."
    )
    first = [row for row in rows if row[:2] == (OVERALL, EVERYTHING)]
    single = len(np.unique(found.source)) == 1
    return [_ONE_REPEATS] if single else [], [
        Table("repeats", "Raters with themselves", _REPEATED, first, note),
        Table("repeats_full", "Raters with themselves, by dimension and dialogues", _REPEATED, rows, note),
    ]


def _in(evidence: Evidence, repeats: Repeats, dimension: str, part: str) -> Mask:
    code = evidence.dimension_code(dimension)
    return np.asarray((repeats.dimension == code) & evidence.slices[part][repeats.dialogue])


def _repeated(repeats: Repeats) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for decisive in (False, True):
        for side in (repeats.same_side, ~repeats.same_side):
            cells.append(agreement_of(repeats.take(side), decisive=decisive))
        cells.append(position_effect(repeats, decisive=decisive))
    return tuple(cells)


_CURVE: Final = (
    Column("answered_by", "Who"),
    Column("entropy", "Entropy of the measuring votes", "number"),
    Column("agreement", "Agreement", "share"),
    Column("dimension", "Dimension"),
    Column("pairs", "Pairs, in parts", "number"),
    Column("difference", "Judge less raters", "points"),
)


def _ambiguity(evidence: Evidence) -> tuple[list[str], list[Table | Figure]]:
    rows = [row for dimension in evidence.dimensions for row in _curves(evidence, dimension)]
    if not rows:
        why = (
            f"Agreement by ambiguity is not shown: no pair has {FEWEST_VOTES} votes, of which two could "
            "measure how ambiguous it is and the others how far raters agree. Measuring both on the same "
            "votes finds low agreement by itself. A tag given before the ratings shows it by slice."
        )
        return [why], []
    note = (
        "Ambiguity is measured on half of a pair's votes (0: one answer only; 1: three answers equally "
        "often), agreement of one answer with another on the other half, ties counting; the mean over all"
        f" ways of splitting pairs with {FEWEST_VOTES} votes or more. A flat line says that agreement does"
        " not depend on it. Intervals by dialogue, rater and writer."
    )
    first = [row for row in rows if row[3] == OVERALL] or rows
    short = Table("ambiguity", "Agreement by ambiguity", _CURVE, first, note)
    full = Table("ambiguity_full", "Agreement by ambiguity, each dimension", _CURVE, rows, note)
    x_title, y_title = "Entropy of votes that agreement does not use", "Agreement of two answers"
    return [], [
        Figure("ambiguity", "Agreement where raters differ", "curve", short, x_title, y_title),
        full,
    ]


def _curves(evidence: Evidence, dimension: str) -> list[tuple[Cell, ...]]:
    if evidence.raters is None:
        return []
    raters = in_part(evidence, evidence.raters, dimension, EVERYTHING)
    rows = [_point("Raters with raters", dimension, level) for level in curve(raters, None)]
    for eyes in judges_of(evidence):
        votes = in_part(evidence, eyes.votes, dimension, EVERYTHING)
        rows += [_point(f"{eyes.title} with raters", dimension, level) for level in curve(raters, votes)]
    return rows


def _point(title: str, dimension: str, level: Level) -> tuple[Cell, ...]:
    agreed = level.raters if level.judge is None else level.judge
    return title, round(level.entropy, 6), agreed, dimension, round(level.pairs, 6), level.difference


SECTIONS: Final = (agreement,)
