"""The section on what judges may replace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.agreement.pairs import in_part
from studies.analysis.agreement.scales import answers_of, graded
from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.reading import CannotRead
from studies.analysis.replacing.alt_test import (
    PASSES,
    Advantages,
    advantage_probability,
    advantages,
    winning_rate,
)
from studies.analysis.replacing.assisted import assisted
from studies.analysis.replacing.drawing import NOT_DRAWN, drawn_pairs, probabilities
from studies.analysis.results import Cell, Column, Figure, Section, Table, undefined
from studies.analysis.votes import Votes, settled
from studies.comparison import OVERALL
from studies.protocol import AnalysisPlan

KEY: Final = "replacing"
TITLE: Final = "Can a judge replace a rater?"
#: The curve's ε.
STEPS: Final = tuple(round(float(step), 3) for step in np.linspace(0.0, 0.2, 21))
_RULE: Final = (
    "Alternative annotator test (Calderon et al. 2025): each rater in turn is left out; on each pair "
    "judge or rater has the advantage, whoever fits the other raters better. ω is the share of raters "
    "that the judge is shown to be no worse than by ε; from ½ on it may replace them. ρ is how often the "
    "judge fits at least as well. A judge's orders are put together first. Pairs count as independent "
    "within a rater, as published."
)
_COLUMNS: Final = (
    Column("answered_by", "Judged by"),
    Column("dimension", "Dimension"),
    Column("slice", "Dialogues"),
    Column("fit", "Fit to others"),
    Column("raters_tested", "Raters tested", "count"),
    Column("epsilon", "ε", "number"),
    Column("winning_rate", "ω", "share"),
    Column("advantage_probability", "ρ", "share"),
    Column("passes", "May replace a rater"),
)


def replacing(evidence: Evidence) -> Section:
    """The alt-test for each judge and the jury, and judge-assisted estimates; absent without both sources."""
    judges = [eyes for eyes in evidence.eyes if eyes.kind != "raters"]
    if evidence.raters is None or not judges:
        missing = "no votes of raters" if evidence.raters is None else "no judge's answers"
        return Section(KEY, TITLE, absent=f"There are {missing}: this sets judges beside raters.")
    tested = [
        (eyes, dimension, part, _advantages(evidence, eyes, dimension, part))
        for eyes in judges
        for dimension in evidence.dimensions
        for part in evidence.slices
    ]
    lead, parts = _assisted(evidence, judges)
    return Section(KEY, TITLE, (_epsilon(evidence)[1], *lead), (*_alt_parts(evidence, tested), *parts))


_Tested = tuple[Eyes, str, str, Advantages]


def _alt_parts(evidence: Evidence, tested: list[_Tested]) -> list[Table | Figure]:
    epsilon = _epsilon(evidence)[0]
    fit = "−RMSE of the strength" if graded(answers_of(evidence)) else "same sign"
    rows = [_row(one, fit, epsilon) for one in tested]
    whole = [one for one in tested if one[1:3] == (OVERALL, EVERYTHING)]
    first = [row for row in rows if row[1:3] == (OVERALL, EVERYTHING)]
    short = Table("alt_test", "Can a judge stand in for a rater?", _COLUMNS, first, _RULE)
    full = Table("alt_test_full", "Each dimension and dialogues", _COLUMNS, rows, _RULE)
    points = [
        (eyes.title, step, winning_rate(found, step))
        for eyes, _dimension, _part, found in whole
        if found.testable
        for step in STEPS
    ]
    if not points:
        return [short, full]
    columns = tuple(one for one in _COLUMNS if one.key in ("answered_by", "epsilon", "winning_rate"))
    table = Table("alt_test_curve", "ω by ε", columns, points, _RULE)
    figure = Figure("alt_test_curve", "How much worse may a judge be?", "curve", table, "ε", "ω", PASSES)
    return [short, figure, full]


def _row(tested: _Tested, fit: str, epsilon: float) -> tuple[Cell, ...]:
    eyes, dimension, part, found = tested
    rate = winning_rate(found, epsilon)
    passes = "not testable" if rate.value is None else "yes" if rate.value >= PASSES else "no"
    chance = advantage_probability(found)
    return eyes.title, dimension, part, fit, found.found, epsilon, rate, chance, passes


def _advantages(evidence: Evidence, eyes: Eyes, dimension: str, part: str) -> Advantages:
    by_strength = graded(answers_of(evidence))
    votes = evidence.raters
    if votes is None:
        raise ValueError("there are no raters")
    raters = in_part(evidence, votes, dimension, part)
    answers = _strengths(evidence, eyes) if by_strength else settled(eyes.votes)
    chosen = in_part(evidence, answers, dimension, part)
    pairs, place = np.unique(chosen.pair, return_inverse=True)
    number = np.maximum(np.bincount(place, minlength=len(pairs)), 1)
    means = np.bincount(place, chosen.value.astype(float), len(pairs)) / number
    return advantages(raters, (pairs, means), graded=by_strength)


def _strengths(evidence: Evidence, eyes: Eyes) -> Votes:
    """Graded answers: of a judge all its calls; of the jury all calls of its judges on its pairs."""
    if eyes.kind != "jury" or evidence.judged is None:
        return eyes.votes
    return evidence.judged.take(np.isin(evidence.judged.pair, eyes.votes.pair))


def _epsilon(evidence: Evidence) -> tuple[float, str]:
    if evidence.protocol is None:
        epsilon = AnalysisPlan().epsilon
        return epsilon, f"No protocol was given: ε = {epsilon} was not frozen before the ratings."
    epsilon = evidence.protocol.analysis.epsilon
    return epsilon, f"ε = {epsilon} stands in the protocol."


_ASSISTED: Final = (
    Column("answered_by", "Who answered"),
    Column("dimension", "Dimension"),
    Column("estimate", "People's share, of the judge's pairs", "share"),
    Column("weight", "λ", "number"),
    Column("gain", "Gain", "number"),
)


def _assisted(evidence: Evidence, judges: list[Eyes]) -> tuple[tuple[str, ...], list[Table]]:
    try:
        chances = probabilities(evidence)
    except CannotRead as error:
        return (f"Judge-assisted estimates are not shown: {error}.",), []
    if chances is None:
        return (NOT_DRAWN,), []
    together, alone = [], []
    for eyes in judges:
        for dimension in evidence.dimensions:
            rows = list(_estimates(evidence, eyes, dimension, chances))
            together += rows[:2]
            alone += rows[2:]
    note = (
        "The share of preference, models alike and in each its writers, as under preference; but of the "
        "pairs that the judge answered, and each pair once, however many raters it has. Raters' pairs weigh "
        "by how likely they were drawn; models of which raters answered none are left out. Judge-assisted "
        "(PPI++): the judge's mean over all pairs, put right by how far it is off on raters' pairs, with the "
        "weight λ that makes the interval narrowest. Gain: how many times as many rated pairs it is worth."
    )
    warning = (
        "No rater stands behind these figures. Their intervals know nothing of how judges differ from people."
    )
    return (), [
        Table("assisted", "Raters, and raters assisted by a judge", _ASSISTED, together, note),
        Table("judges_alone", "Judges alone: no figure of people's", _ASSISTED, alone, warning),
    ]


def _estimates(
    evidence: Evidence, eyes: Eyes, dimension: str, chances: NDArray[np.float64]
) -> Iterator[tuple[Cell, ...]]:
    drawn = drawn_pairs(evidence, eyes.votes, dimension, chances)
    named = eyes.title[0].lower() + eyes.title[1:]
    titles = f"Raters, on pairs of {named}", f"Raters, assisted by {named}", f"{eyes.title} alone, no rater"
    if isinstance(drawn, str):
        for title in titles:
            yield title, dimension, undefined(drawn), None, None
        return
    found = assisted(drawn)
    yield titles[0], dimension, found.raters, None, None
    yield titles[1], dimension, found.assisted, found.weight, found.gain
    yield titles[2], dimension, found.judge, None, None


SECTIONS: Final = (replacing,)
