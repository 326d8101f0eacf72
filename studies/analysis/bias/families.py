"""Do judges favour replies of their own maker's family?

For each reply of a family that meets one of another family or of a person: how much more does the judge
prefer it than raters, or judges of neither family, do on the same pairs?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.bias.gaps import Gap, gap_between, interaction
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Cell, Column, Figure, Section, Table
from studies.analysis.verdicts import MAIN
from studies.analysis.votes import Votes, judges_in, votes_at

#: Answers that are left out of the study's results only because of who judged.
USED_HERE: Final = ("", "same_family", "panel")
_NO_TABLES: Final = (
    "Whether judges favour their own family is not told: that needs judges' answers, and the column family "
    "in judges.csv and systems.csv."
)
_NO_OWN: Final = (
    "No judge saw a reply of its own family beside another. Judging a share of the pairs by a judge of an "
    "author's family would bring this section."
)
_SIDES: Final = (
    Column("judge", "Judge"),
    Column("family", "Family of the replies"),
    Column("own", "Its own"),
    Column("compared_with", "Compared with"),
    Column("dimension", "Dimension"),
    Column("slice", "Slice"),
    Column("pairs", "Pairs", "count"),
    Column("judge_prefers", "Judge prefers them", "share"),
    Column("others_prefer", "The others do", "share"),
    Column("gap", "Difference", "points"),
)
_INTERACTION: Final = (
    Column("judge", "Judge"),
    Column("family", "Its family"),
    Column("compared_with", "Compared with"),
    Column("dimension", "Dimension"),
    Column("gap_own", "More than the others, own family", "points"),
    Column("gap_other", "More than the others, other families", "points"),
    Column("interaction", "Difference of the two", "points"),
)
_NOTE: Final = (
    "Win + half of no difference. Pairs count once each, on the same pairs for both. The judge's answers on "
    "its own family's replies, which the results leave out, are used here on purpose. The others are raters, "
    "or the judges whose family wrote neither reply. Intervals: sandwich by dialogue, rater and writer; "
    "judges and systems are fixed."
)
_INTERACTION_NOTE: Final = (
    "Pairs of a person and a model: the difference on the own family's models less that on other families' "
    "models, so that a judge that favours every model is not taken for one that favours its own. "
)


@dataclass(frozen=True, slots=True)
class Known:
    """Everybody's votes that may be used, with the families of both replies (−1: a person, or unknown).

    `judges` tells each judge's source number and family. `people`: pairs of a person and a model.
    """

    families: tuple[str, ...]
    judges: Mapping[str, tuple[int, int]]
    votes: Votes
    by_rater: Mask
    family_a: Codes
    family_b: Codes
    people: Mask

    def take(self, rows: Mask) -> Known:
        return Known(
            self.families, self.judges, self.votes.take(rows), self.by_rater[rows],
            self.family_a[rows], self.family_b[rows], self.people[rows],
        )  # fmt: skip


def families(evidence: Evidence) -> Section:
    """Self-family interaction: judges × families, compared with raters and with other judges."""
    title = "Judges and their own family"
    known = _known(evidence)
    if known is None:
        return Section("bias_family", title, absent=_NO_TABLES)
    rows = list(_own_rows(evidence, known))
    if not rows:
        return Section("bias_family", title, absent=_NO_OWN)
    first = [row for row in rows if row[4:6] == (evidence.dimensions[0], EVERYTHING)]
    parts = (
        Table("bias_family", "Own family's replies", _SIDES, first, _NOTE),
        _figure(first),
        Table(
            "bias_family_interaction",
            "Own family against other families",
            _INTERACTION,
            list(_interaction_rows(evidence, known)),
            _INTERACTION_NOTE + _NOTE,
        ),
        Table("bias_family_matrix", "Judges by family", _SIDES, list(_matrix_rows(evidence, known)), _NOTE),
        Table("bias_family_full", "Own family's replies by dimension and slice", _SIDES, rows, _NOTE),
    )
    return Section("bias_family", title, parts=parts)


def _known(evidence: Evidence) -> Known | None:
    verdicts = evidence.verdicts
    tables = [evidence.tables.get(name) for name in ("systems.csv", "judges.csv")]
    if verdicts is None or (evidence.raters is None and evidence.judged is None):
        return None
    if any(table is None or "family" not in table for table in tables):
        return None
    systems, judges = (
        dict(zip(table[key].texts(), table["family"].texts(), strict=True))
        for table, key in zip(tables, ("system", "judge"), strict=True)
        if table is not None
    )
    names = tuple(sorted({*systems.values(), *judges.values()} - {""}))
    place = {name: number for number, name in enumerate(names)}
    of_system = np.array([place.get(systems.get(name, ""), -1) for name in verdicts.systems], dtype=np.int32)
    votes = votes_at(verdicts, _rows_used(evidence))
    source = {name: verdicts.source.labels.index(f"judge {name}") for name in judges_in(verdicts)}
    return Known(
        names,
        {name: (number, place[judges[name]]) for name, number in source.items() if judges.get(name)},
        votes,
        verdicts.by_rater[votes.row],
        of_system[votes.a],
        of_system[votes.b],
        (votes.a < verdicts.humans) & (votes.b >= verdicts.humans),
    )


def _rows_used(evidence: Evidence) -> Mask:
    """Raters' primary rows, and judges' on main pairs with the rubric, whosever family it was."""
    verdicts = evidence.verdicts
    assert verdicts is not None
    judges = ~verdicts.by_rater
    if verdicts.says("kind"):
        judges &= verdicts.table["kind"].equals(MAIN)
    if verdicts.says("phase"):
        judges &= ~verdicts.table["phase"].equals("no_rubric")
    if verdicts.says("exclusion_reason"):
        reasons = verdicts.table["exclusion_reason"]
        judges &= reasons.matching(np.array([label in USED_HERE for label in reasons.labels], dtype=bool))
    else:
        judges &= ~verdicts.excluded
    return np.asarray(judges | (verdicts.by_rater & verdicts.main & ~verdicts.excluded))


def _others(known: Known, judge: str) -> dict[str, Mask]:
    """Raters; and judges whose family wrote neither reply."""
    neither = np.zeros(len(known.votes), dtype=bool)
    for name, (source, family) in known.judges.items():
        if name != judge:
            strange = (known.family_a != family) & (known.family_b != family)
            neither |= (known.votes.source == source) & strange
    return {"raters": known.by_rater, "other judges": neither}


def _gap(known: Known, judge: str, theirs: Mask, family: int) -> Gap | None:
    """On pairs where exactly one reply is of the family."""
    mine = known.votes.source == known.judges[judge][0]
    rows = (mine | theirs) & ((known.family_a == family) != (known.family_b == family))
    return _between(known.take(rows), known.family_a[rows] == family, mine[rows])


def _model_gap(known: Known, judge: str, theirs: Mask) -> Gap | None:
    """On pairs of a person and a model of another family: toward the model, which is always b."""
    mine, own = known.votes.source == known.judges[judge][0], known.judges[judge][1]
    rows = (mine | theirs) & known.people & (known.family_b != own) & (known.family_b >= 0)
    return _between(known.take(rows), np.zeros(int(rows.sum()), dtype=bool), mine[rows])


def _between(known: Known, is_a: Mask, mine: Mask) -> Gap | None:
    rater = np.where(known.by_rater, known.votes.source, -1).astype(np.int32)
    return gap_between(known.votes, is_a, mine, rater)


def _own_rows(evidence: Evidence, known: Known) -> Iterator[tuple[Cell, ...]]:
    """Each judge's own family, by dimension and slice."""
    for dimension, on_it in _by_dimension(evidence, known):
        for name, dialogues in evidence.slices.items():
            part = on_it.take(dialogues[on_it.votes.dialogue])
            for judge, (_source, family) in known.judges.items():
                yield from _rows_for(part, judge, family, dimension, name)


def _matrix_rows(evidence: Evidence, known: Known) -> Iterator[tuple[Cell, ...]]:
    """Every judge and family, on the first dimension and over all dialogues."""
    dimension, on_it = next(iter(_by_dimension(evidence, known)))
    for judge in known.judges:
        for family in range(len(known.families)):
            yield from _rows_for(on_it, judge, family, dimension, EVERYTHING)


def _rows_for(
    part: Known, judge: str, family: int, dimension: str, slice_name: str
) -> Iterator[tuple[Cell, ...]]:
    own = "yes" if part.judges[judge][1] == family else "no"
    for others, theirs in _others(part, judge).items():
        gap = _gap(part, judge, theirs, family)
        if gap is not None:
            cells = (gap.pairs, gap.prefers(judge=True), gap.prefers(judge=False), gap.difference())
            yield judge, part.families[family], own, others, dimension, slice_name, *cells


def _interaction_rows(evidence: Evidence, known: Known) -> Iterator[tuple[Cell, ...]]:
    """On the first dimension, over all dialogues."""
    dimension, on_it = next(iter(_by_dimension(evidence, known)))
    for judge, (_source, family) in known.judges.items():
        for others, theirs in _others(on_it, judge).items():
            own = _gap(on_it.take(on_it.people), judge, theirs[on_it.people], family)
            if own is not None:
                cells = interaction(own, _model_gap(on_it, judge, theirs))
                yield judge, known.families[family], others, dimension, *cells


def _by_dimension(evidence: Evidence, known: Known) -> Iterator[tuple[str, Known]]:
    for dimension in evidence.dimensions:
        yield dimension, known.take(known.votes.dimension == evidence.dimension_code(dimension))


def _figure(rows: list[tuple[Cell, ...]]) -> Figure:
    drawn = Table(
        "bias_family_drawn",
        "Own family's replies: judge less others",
        (_SIDES[0], _SIDES[9], Column("group", "Compared with")),
        [(row[0], row[9], row[3]) for row in rows],
    )
    return Figure(
        "bias_family_figure",
        "How much more judges prefer their own family's replies",
        "forest",
        drawn,
        x_title="Judge's share of preference less that of the others",
        reference=0.0,
    )
