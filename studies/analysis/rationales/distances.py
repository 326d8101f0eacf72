"""The section on how far profiles are apart: raters' and judges', with the rubric and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.contrasts.significance import holm
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import share
from studies.analysis.rationales.apart import EMPTY, difference_apart, divergence_apart, profiles_apart
from studies.analysis.rationales.codebook import DIMENSION, STRATEGY
from studies.analysis.rationales.consensus import CodedBy, coded_by
from studies.analysis.rationales.divergence import Exchanged, Paired, counts_of, exchanged, paired
from studies.analysis.rationales.material import Material, material
from studies.analysis.rationales.reasons import (
    BARE,
    JUDGES,
    RATERS,
    Group,
    judges_in,
    raters_in,
    together_in,
    ways_of,
)
from studies.analysis.rationales.shares import differences
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Cell, Column, Estimate, Section, Table, undefined

KEY: Final = "profile_distance"
TITLE: Final = "How far profiles are apart"
_WHOLE: Final = {RATERS, JUDGES, BARE}
_HEAD: Final = (Column("coded_by", "Coded by"), Column("left", "Reasons of"), Column("right", "And of"))
_DISTANCE: Final = (
    *_HEAD,
    Column("dialogues", "Dialogues", "count"),
    Column("left_reasons", "Reasons, first", "count"),
    Column("right_reasons", "Reasons, second", "count"),
    Column("divergence", "Divergence, bits", "number"),
    Column("distance", "Distance", "number"),
    Column("baseline", "Divergence expected by chance", "number"),
    Column("p", "p", "p"),
    Column("p_exchanged", "p, for these raters and judges", "p"),
    Column("draws", "Exchanges drawn", "count"),
)
_CODES: Final = (
    *_HEAD,
    Column("code", "Code"),
    Column("kind", "Kind"),
    Column("left_share", "Share of the first", "share"),
    Column("right_share", "Share of the second", "share"),
    Column("difference", "Difference", "points"),
    Column("p", "p", "p"),
    Column("p_holm", "p, Holm", "p"),
    Column("p_exchanged", "p, for these raters and judges", "p"),
)
_NOTE: Final = (
    "Dimensions only, on the dialogues in which both have coded reasons; each dialogue counts alike, by the "
    "mean of its reasons. Profiles are those means divided by their sum. Jensen-Shannon divergence to base 2 "
    "(Lin 1991): 0 is alike, 1 nothing in common; distance is its square root. Two samples of one and the "
    "same profile differ too: by the divergence expected by chance, the mean over exchanges of both sources' "
    "reasons within whole dialogues. p: whether the profiles differ by more than dialogues and raters do "
    "(multiway covariance of their difference); it holds for raters like these, careful where they are few. "
    "p, for these raters and judges: how often an exchange is at least as far apart; it takes raters' own "
    "habits for a difference. Intervals are by dialogue and rater (delta method), and careful near 0, where "
    "p says more than they do."
)
_CODES_NOTE: Final = (
    "Exploratory. On the same dialogues and with the same weights. Intervals by dialogue and rater; p by the "
    "same clusters (Student's t on Fisher's z), Holm within one couple of sources and one kind of codes. "
    "Where one side has a code never or always, its share is exact with the fewest clusters as trials, the "
    "difference's interval adds the squared arms of both shares' (Newcombe 1998), and there is no p of this "
    "kind. p, for these raters and judges: by the same exchanges, two-sided, not corrected."
)
_NO_COUPLE: Final = (
    "No two of raters, judges with the rubric and judges without it have coded reasons in the same dialogue."
)
_EXPECTED: Final = "What exchanges bring in the mean: an expectation of these reasons, which has no interval."


@dataclass(frozen=True, slots=True)
class _Rows:
    """The reasons (n) of both on these dialogues: `weights` (n × K), which are whose and what each counts."""

    weights: Floats
    sides: tuple[Mask, Mask, Floats]
    ways: dict[str, Codes]


@dataclass(frozen=True, slots=True)
class _Couple:
    """Two groups of reasons as one coder has them, on the dialogues of both."""

    coder: CodedBy
    left: Group
    right: Group
    pair: Paired
    change: Exchanged
    rows: _Rows


_ASKED: Final = (
    "Do raters and judges stress the same dimensions, each as much as the other? The distance sums up all "
    "dimensions in one number, 0 where they do; the table after it says on which dimensions they part."
)


def profile_distance(evidence: Evidence) -> Section:
    found = material(evidence)
    if isinstance(found, str):
        return Section(KEY, TITLE, absent=found)
    couples = [one for coder in coded_by(found) for one in _couples(evidence, found, coder)]
    if not couples:
        return Section(KEY, TITLE, absent=_NO_COUPLE)
    rows = [_distance(found, one) for one in couples]
    codes = [row for one in couples for row in _codes(found, one)]
    first = [row for row in rows if {row[1], row[2]} <= _WHOLE]
    short = [row for row in codes if row[4] == DIMENSION and {row[1], row[2]} <= _WHOLE]
    parts = (
        Table(
            "profile_distance",
            "Distance between two profiles, and what chance makes of it",
            _DISTANCE,
            first or rows,
            _NOTE,
        ),
        Table(
            "profile_differences",
            "Share of reasons with each dimension, side by side",
            _CODES,
            short,
            _CODES_NOTE,
        ),
        Table("profile_distance_full", "The same, each judge", _DISTANCE, rows, _NOTE),
        Table("profile_differences_full", "The same, each judge and code", _CODES, codes, _CODES_NOTE),
    )
    return Section(KEY, TITLE, (_ASKED,), tuple(part for part in parts if part.rows))


def _couples(evidence: Evidence, found: Material, coder: CodedBy) -> Iterator[_Couple]:
    """Raters with all judges, with those without rubric, these with each other; then raters with each."""
    raters, together = raters_in(found.passages), together_in(found.passages)
    tried = [(raters, group) for group in together]
    tried += [(together[0], together[1])] if len(together) == 2 else []
    tried += [(raters, judge) for judge in judges_in(found.passages, fewest=2)]
    dialogue = found.passages.dialogue.codes
    for left, right in tried:
        pair = paired(coder.weights, dialogue, left.rows & coder.coded, right.rows & coder.coded)
        if len(pair):
            rng = evidence.rng(f"profiles of {left.title} and {right.title}, {coder.title}")
            change = exchanged(pair, found.book.dimensions, evidence.options.resamples, rng)
            yield _Couple(coder, left, right, pair, change, _rows(found, coder, left, right))


def _rows(found: Material, coder: CodedBy, first: Group, second: Group) -> _Rows:
    left, right = first.rows & coder.coded, second.rows & coder.coded
    counts = counts_of(found.passages.dialogue.codes, left, right)
    rows = counts > 0
    return _Rows(coder.weights[rows], (left[rows], right[rows], counts[rows]), ways_of(found.passages, rows))


def _distance(found: Material, one: _Couple) -> tuple[Cell, ...]:
    weights, n = one.rows.weights[:, found.book.dimensions], sum(one.pair.reasons)
    estimate = divergence_apart(weights, *one.rows.sides, one.rows.ways)
    if estimate.value is None:
        baseline, p = undefined(EMPTY, n=n), None
    else:
        baseline = undefined(_EXPECTED, n=n, value=one.change.baseline)
        p = profiles_apart(weights, *one.rows.sides, one.rows.ways)
    return (
        one.coder.title, one.left.title, one.right.title, len(one.pair), *one.pair.reasons, estimate,
        _root(estimate), baseline, p, one.change.p if estimate.value is not None else None, one.change.draws,
    )  # fmt: skip


def _root(estimate: Estimate) -> Estimate:
    value, low, high = (
        None if end is None else float(np.sqrt(end)) for end in (estimate.value, estimate.low, estimate.high)
    )
    return Estimate(value, low, high, None, estimate.n, estimate.clusters, estimate.undefined)


def _codes(found: Material, one: _Couple) -> Iterator[tuple[Cell, ...]]:
    head = one.coder.title, one.left.title, one.right.title
    for kind, chosen in ((DIMENSION, found.book.dimensions), (STRATEGY, found.book.strategies)):
        codes = np.flatnonzero(chosen)
        if not len(codes):
            continue
        weights = one.rows.weights[:, codes]
        left, right, counts = one.rows.sides
        apart = differences(weights, left, right, one.rows.ways, counts)
        p = [difference_apart(difference) for difference in apart]
        for place, (code, adjusted) in enumerate(zip(codes.tolist(), holm(p), strict=True)):
            sides = (_share(one.rows, rows, weights[:, place]) for rows in (left, right))
            yield (
                *head, found.book.codes[code], kind, *sides, apart[place], p[place], adjusted,
                float(one.change.p_codes[code]),
            )  # fmt: skip


def _share(both: _Rows, rows: Mask, weights: Floats) -> Estimate:
    ways = {name: codes[rows] for name, codes in both.ways.items()}
    return share(weights[rows], ways, both.sides[2][rows])


SECTIONS: Final = (profile_distance,)
