"""A judge's, or the jury's, agreement with raters less the raters' own, on the same pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from studies.analysis.agreement.comparing import (
    AGAINST,
    NEEDED,
    SHARES,
    VALUES,
    Against,
    Setup,
    counting,
    decided,
    leave_one_out_sums,
    mean_of_pairs,
    sums_for,
    values_from,
)
from studies.analysis.agreement.counted import Counted, Floats, counted, shares_on
from studies.analysis.agreement.dyadic import dyadic_variance, sparse
from studies.analysis.agreement.jackknife import estimates, freedom_of, jackknife
from studies.analysis.equivalence import two_one_sided
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.results import CONFIDENCE, Estimate, undefined
from studies.analysis.votes import Votes, settled
from studies.protocol import AnalysisPlan

JURY: Final = "jury"


@dataclass(frozen=True, slots=True)
class Compared:
    """VALUES of a comparison, and what leaving one vote out reaches (`one_vote` only)."""

    values: dict[str, Estimate]
    known: Estimate


def agreement_difference(
    evidence: Evidence,
    *,
    source: str,
    dimension: str,
    within: str,
) -> Estimate:
    """The primary comparison, in S1, as a difference of shares: judge with rater less rater with rater.

    `source` is a judge's name: one call in one order against one rater's vote; or `jury`: against the
    majority of three raters, where the raters' figure is one rater against three others. `within` is a slice,
    empty for all dialogues. Undefined, and says why, where there are no such answers.
    """
    mine = next((eyes for eyes in evidence.eyes if source == (eyes.name or eyes.kind)), None)
    if evidence.raters is None or mine is None or mine.kind == "raters":
        return undefined(f"There are no answers of {source} beside those of raters.")
    against: Against = "three" if mine.kind == JURY else "one_vote"
    raters = in_part(evidence, evidence.raters, dimension, within)
    return compared(raters, in_part(evidence, mine.votes, dimension, within), against, "S1").values[
        "difference"
    ]


def in_part(evidence: Evidence, votes: Votes, dimension: str, part: str) -> Votes:
    """The votes on one dimension and slice; nothing where either is not known."""
    dialogues = evidence.slices.get(part or EVERYTHING)
    if dialogues is None:
        return votes.take(np.zeros(len(votes), dtype=bool))
    return votes.take((votes.dimension == evidence.dimension_code(dimension)) & dialogues[votes.dialogue])


def compared(raters: Votes | Counted, judge: Votes, against: Against, setup: Setup) -> Compared:
    """Both agreements on the pairs that have the votes that both need. Votes are of one dimension.

    Raters' votes may come counted by sign: many comparisons are then cheaper.

    A judge's calls on a pair (orders, repeated calls) count as equally likely single calls; pass them through
    `settled` for one answer from both orders.
    """
    sample = raters if isinstance(raters, Counted) else counted(raters)
    shares = shares_on(sample, judge)
    valid = counting(against, setup, sample.counts, shares)
    if not valid.any():
        why = _none_shared(sample, shares, against)
        return Compared(dict.fromkeys(VALUES, undefined(why)), undefined(why))
    return _compared(sample.keep(valid), shares[valid], against, setup)


def both_orders(judge: Votes) -> Votes:
    """One answer of each judge on a pair: its sign over all calls, a tie where they contradict each other."""
    return settled(judge)


def equivalence(difference: Estimate, margin: float) -> float | None:
    """The p-value of two one-sided tests that the difference lies within ±`margin`.

    None where nothing varies: then there is no interval either.
    """
    if difference.value is None or not difference.se:
        return None
    return two_one_sided(difference.value, difference.se, freedom_of(difference.clusters), margin).p


def margin_of(evidence: Evidence) -> tuple[float, str]:
    """The margin of equivalence and where it comes from, as a sentence."""
    if evidence.protocol is None:
        margin = AnalysisPlan().agreement_margin
        return margin, (
            f"No protocol was given: the margin of ±{margin:.0%} was not frozen before the ratings."
        )
    margin = evidence.protocol.analysis.agreement_margin
    return margin, f"The margin of ±{margin:.1%} stands in the protocol."


def ninety(difference: Estimate) -> tuple[float, float] | None:
    """The 90 % interval, within −1 and 1, that goes with two one-sided tests at 5 %."""
    if difference.value is None or difference.se is None:
        return None
    tests = 1 - 2 * (1 - CONFIDENCE)
    reach = float(stats.t.ppf(0.5 + tests / 2, freedom_of(difference.clusters))) * difference.se
    return max(-1.0, difference.value - reach), min(1.0, difference.value + reach)


def _compared(sample: Counted, shares: Floats, against: Against, setup: Setup) -> Compared:
    each = jackknife(sample, sums_for(against, setup, shares), values_from, SHARES)
    found = dict(zip(VALUES, each, strict=True))
    if against != "one_vote":
        return Compared(found, undefined("Shown against one vote only."))
    if sparse(sample):
        found |= _by_couples(sample, shares, setup, found)
    known = jackknife(sample, leave_one_out_sums(setup), mean_of_pairs, np.array([True]))[0]
    return Compared(found, known)


def _by_couples(
    sample: Counted, shares: Floats, setup: Setup, found: Mapping[str, Estimate]
) -> dict[str, Estimate]:
    """The same values with the intervals of `dyadic`."""
    names = ("judge", "raters", "difference")
    shown, said = decided(setup, sample.counts), decided(setup, shares)
    variance = dyadic_variance(sample, shown, said / said.sum(axis=1, keepdims=True))
    values = np.array([found[name].value for name in names], dtype=float)
    used = {name: count for name, count in sample.clusters.items() if count > 1}
    again = estimates(sample, values, variance, used, SHARES[:3], n=len(sample))
    return dict(zip(names, again, strict=True))


def _none_shared(sample: Counted, shares: Floats, against: Against) -> str:
    enough = int((sample.counts.sum(axis=1) >= NEEDED[against]).sum())
    both = int(((sample.counts.sum(axis=1) >= NEEDED[against]) & (shares.sum(axis=1) > 0)).sum())
    return (
        f"Against {AGAINST[against]} a pair needs {NEEDED[against]} raters and an answer of the judge. "
        f"{enough} pair(s) have the raters, {both} the judge too, and none has answers that can be compared."
    )
