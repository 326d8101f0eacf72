"""The tables that set judges' agreement with raters beside raters' own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from studies.analysis.agreement.comparing import AGAINST, SETUPS, Against, Setup
from studies.analysis.agreement.counted import counted
from studies.analysis.agreement.pairs import (
    JURY,
    Compared,
    both_orders,
    compared,
    equivalence,
    in_part,
    margin_of,
    ninety,
)
from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.results import Cell, Column, Figure, Table
from studies.comparison import OVERALL

CALL: Final = "one call in one order"
ORDERS: Final = "both orders together"
JUDGES: Final = "majority of judges"

COLUMNS: Final = (
    Column("answered_by", "Judged by"),
    Column("dimension", "Dimension"),
    Column("slice", "Dialogues"),
    Column("judge_answer", "Judge's answer"),
    Column("against", "Against"),
    Column("ties", "Ties"),
    Column("primary", "Primary"),
    Column("pairs", "Pairs", "count"),
    Column("judge_with_raters", "Judge with raters", "share"),
    Column("raters_with_raters", "Raters with raters", "share"),
    Column("difference", "Difference", "points"),
    Column("margin", "Margin", "share"),
    Column("equivalence_low", "90 % from", "points"),
    Column("equivalence_high", "90 % to", "points"),
    Column("equivalence_p", "p (equivalence)", "p"),
    Column("equivalent", "Within the margin"),
    Column("chance_judge", "Chance, judge", "share"),
    Column("chance_raters", "Chance, raters", "share"),
    Column("others_known", "All other votes known", "share"),
    Column("ceiling", "Ceiling", "share"),
    Column("cohen_kappa", "Cohen's κ, judge and rater", "number"),
)
#: What a reader sees first.
SHORT: Final = (
    "answered_by", "judge_answer", "against", "ties", "pairs", "judge_with_raters", "raters_with_raters",
    "difference", "equivalence_p", "equivalent", "chance_raters", "ceiling",
)  # fmt: skip

NOTE: Final = (
    "Raters' and judges' figures stand on the same pairs. S1 counts no difference as an answer of its "
    "own, S2 only where both sides prefer one. Against one vote every pair counts once, however many "
    "votes it has; against a majority it counts as often as there is one. Of three raters a majority are "
    "two; raters are then compared with three others. Chance: two sources with these shares of answers "
    "that know nothing of the pair. Ceiling: the most frequent answer of each pair's raters, met every "
    "time; flattering where pairs have few votes. All other votes known: the most frequent of the others'"
    " votes, which a perfect judge would at least reach. Intervals by dialogue, rater and writer; with "
    "fewer than five raters they hold for these raters alone."
)


class Asked(NamedTuple):
    """One comparison: what the judge's answer is, and against what it is held."""

    answer: str
    against: Against
    primary: bool


_OF_JUDGE: Final = (
    Asked(CALL, "one_vote", primary=True),
    Asked(ORDERS, "one_vote", primary=False),
    Asked(ORDERS, "three", primary=False),
    Asked(ORDERS, "rest", primary=False),
)
_OF_JURY: Final = (
    Asked(JUDGES, "three", primary=True),
    Asked(JUDGES, "one_vote", primary=False),
    Asked(JUDGES, "rest", primary=False),
)


def tables_of(evidence: Evidence) -> tuple[Table, Table, Figure]:
    """The primary comparisons on everything, all comparisons, and a figure of the primary differences."""
    everything = list(_rows(evidence))
    keys = [column.key for column in COLUMNS]
    first = [
        row
        for row in everything
        if row[keys.index("primary")] == "yes"
        and row[keys.index("dimension")] == OVERALL
        and row[keys.index("slice")] == EVERYTHING
    ]
    places = [keys.index(key) for key in SHORT]
    note = f"{NOTE} {margin_of(evidence)[1]}"
    short = Table(
        "agreement",
        "Judges with raters, and raters with raters, on the same pairs",
        tuple(COLUMNS[place] for place in places),
        [tuple(row[place] for place in places) for row in first],
        note,
    )
    full = Table("agreement_full", "Judges with raters: every comparison", COLUMNS, everything, note)
    return short, full, _figure(first, keys)


def judges_of(evidence: Evidence) -> tuple[Eyes, ...]:
    return tuple(eyes for eyes in evidence.eyes if eyes.kind != "raters")


def primary_of(eyes: Eyes) -> Asked:
    """The comparison that was chosen beforehand, of a judge or of the jury."""
    return next(asked for asked in (_OF_JURY if eyes.kind == JURY else _OF_JUDGE) if asked.primary)


def _rows(evidence: Evidence) -> Iterator[tuple[Cell, ...]]:
    """Primary comparisons in every slice, the others on all dialogues."""
    if evidence.raters is None:
        return
    samples = {
        (dimension, part): counted(in_part(evidence, evidence.raters, dimension, part))
        for dimension in evidence.dimensions
        for part in evidence.slices
    }
    margin = margin_of(evidence)[0]
    for eyes in judges_of(evidence):
        for (dimension, part), raters in samples.items():
            votes = in_part(evidence, eyes.votes, dimension, part)
            for asked in _OF_JURY if eyes.kind == JURY else _OF_JUDGE:
                if asked.primary or part == EVERYTHING:
                    answers = both_orders(votes) if asked.answer == ORDERS else votes
                    for setup in SETUPS:
                        found = compared(raters, answers, asked.against, setup)
                        yield eyes.title, dimension, part, *_said(asked, setup), *_figures(found, margin)


def _said(asked: Asked, setup: Setup) -> tuple[Cell, ...]:
    ties = "count (S1)" if setup == "S1" else "left out (S2)"
    return asked.answer, AGAINST[asked.against], ties, "yes" if asked.primary else "no"


def _figures(found: Compared, margin: float) -> tuple[Cell, ...]:
    values = found.values
    difference = values["difference"]
    p_value = equivalence(difference, margin)
    low, high = ninety(difference) or (None, None)
    shown = "not defined" if p_value is None else "yes" if p_value < 0.05 else "not shown"
    return (
        difference.n,
        values["judge"],
        values["raters"],
        difference,
        margin,
        low,
        high,
        p_value,
        shown,
        values["chance_judge"],
        values["chance_raters"],
        found.known,
        values["ceiling"],
        values["kappa_judge"],
    )


def _figure(rows: list[tuple[Cell, ...]], keys: list[str]) -> Figure:
    columns = tuple(COLUMNS[keys.index(key)] for key in ("answered_by", "difference", "ties"))
    places = [keys.index(column.key) for column in columns]
    table = Table(
        "agreement_difference",
        "Judge with raters less raters with raters",
        columns,
        [tuple(row[place] for place in places) for row in rows],
    )
    return Figure(
        "agreement_difference",
        "Does a judge agree with a rater as another rater does?",
        "forest",
        table,
        x_title="Judge with raters less raters with raters, in percentage points",
        reference=0.0,
    )
