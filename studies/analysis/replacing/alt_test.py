"""The alternative annotator test: is a judge as good a stand-in as a rater?

Calderon, Reichart & Dror (ACL 2025): each rater in turn is left out, and on each pair the one who fits the
remaining raters better, the judge or the rater left out, has the advantage; both have it where they fit
equally well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.agreement.counted import GRADES, SIGNS, Counted, counted
from studies.analysis.clustering import interval
from studies.analysis.proportions import carried
from studies.analysis.reading import Mask
from studies.analysis.results import Estimate, undefined
from studies.analysis.votes import Votes

FEWEST_PAIRS: Final = 30
FEWEST_RATERS: Final = 3
OTHERS: Final = 2
#: The false discovery rate, and the winning rate from which a judge may replace raters.
RATE: Final = 0.05
PASSES: Final = 0.5
_EQUAL: Final = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Advantages:
    """One row a vote of a testable rater: has the rater the advantage (1, 0), has the judge?

    `rater` numbers the `raters` testable raters from 0; `most` is the largest number of usable pairs that any
    rater has, `found` how many raters have FEWEST_PAIRS.
    """

    votes: Votes
    rater: NDArray[np.intp]
    human: Floats
    judge: Floats
    found: int
    most: int

    @property
    def testable(self) -> bool:
        return self.found >= FEWEST_RATERS

    @property
    def why_not(self) -> str:
        """The sentence that says what is missing, and the overlap block that would bring it."""
        return (
            f"Not testable: {FEWEST_RATERS} raters with {FEWEST_PAIRS} pairs each are needed that {OTHERS} "
            f"other raters and the judge answered too; {self.found} have as many, and the one with most has "
            f"{self.most}. An overlap block of {FEWEST_PAIRS} pairs that the same {FEWEST_RATERS} raters all "
            f"rate ({FEWEST_PAIRS * FEWEST_RATERS} ratings) would make it so."
        )


def advantages(raters: Votes, answers: tuple[NDArray[np.int32], Floats], *, graded: bool) -> Advantages:
    """Who has the advantage on each vote of one dimension. `answers`: pairs and the judge's answer to each.

    Fit to the others is accuracy on the sign for answers without grades, and −RMSE of the value (−2 to 2) for
    graded ones. Pairs need OTHERS more raters; raters with fewer than FEWEST_PAIRS of them are left out.
    """
    sample = counted(raters, signs=not graded, labels=GRADES if graded else SIGNS)
    said, there = _answers(sample, answers)
    usable = (there & (sample.counts.sum(axis=1) >= OTHERS + 1))[sample.unit]
    number = np.bincount(raters.source[usable], minlength=1)
    enough = np.flatnonzero(number >= FEWEST_PAIRS)
    rows = usable & np.isin(raters.source, enough)
    human, judge = _errors(sample, said, rows)
    return Advantages(
        raters.take(rows),
        np.searchsorted(enough, raters.source[rows]),
        (human <= judge + _EQUAL).astype(float),
        (judge <= human + _EQUAL).astype(float),
        len(enough),
        int(number.max(initial=0)),
    )


def winning_rate(found: Advantages, epsilon: float) -> Estimate:
    """ω: the share of raters for whom the judge is shown not to fall behind by `epsilon` or more.

    One-sided t-tests of each rater's mean difference in advantage, at a false discovery rate of 5 % by
    Benjamini & Yekutieli (2001). The judge may replace a rater where ω ≥ ½.
    """
    if not found.testable:
        return undefined(found.why_not)
    rejected = benjamini_yekutieli(_p_values(found, epsilon), RATE)
    share = float(rejected.mean())
    return undefined("A share of tests: it has no interval.", n=found.found, value=share)


def advantage_probability(found: Advantages) -> Estimate:
    """ρ: how likely the judge fits the other raters at least as well as a rater does; each rater weighs 1."""
    if not found.testable:
        return undefined(found.why_not)
    number = np.bincount(found.rater)
    means = np.bincount(found.rater, found.judge) / number
    value = float(means.mean())
    influence = (found.judge - value) / number[found.rater] / len(number)
    ways = {"dialogue": found.votes.dialogue, "rater": found.votes.source}
    return carried(interval(value, influence, ways))


def benjamini_yekutieli(p_values: Floats, rate: float) -> Mask:
    """Which hypotheses are rejected at this false discovery rate, under any dependence (2001, Ann. Stat.
    29:1165)."""
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(1, count + 1)
    under = np.flatnonzero(p_values[order] <= steps * rate / (count * (1.0 / steps).sum()))
    rejected = np.zeros(count, dtype=bool)
    rejected[order[: int(under.max(initial=-1)) + 1]] = True
    return rejected


def _p_values(found: Advantages, epsilon: float) -> Floats:
    """P-values that the mean of (rater's − judge's advantage) is not under ε, one a rater."""
    difference = found.human - found.judge
    number = np.bincount(found.rater).astype(float)
    mean = np.bincount(found.rater, difference) / number
    squares = np.bincount(found.rater, (difference - mean[found.rater]) ** 2)
    se = np.sqrt(squares / (number - 1) / number)
    varies = se > 0
    certain = np.where(mean < epsilon, -np.inf, np.inf)
    t = np.where(varies, (mean - epsilon) / np.where(varies, se, 1.0), certain)
    return np.asarray(stats.t.cdf(t, number - 1))


def _answers(sample: Counted, answers: tuple[NDArray[np.int32], Floats]) -> tuple[Floats, Mask]:
    """The judge's answer to each pair of the sample, and whether there is one."""
    pairs, said = answers
    if not len(pairs):
        return np.zeros(len(sample)), np.zeros(len(sample), dtype=bool)
    order = np.argsort(pairs, kind="stable")
    place = order[np.minimum(np.searchsorted(pairs[order], sample.pair), len(pairs) - 1)]
    return said[place], pairs[place] == sample.pair


def _errors(sample: Counted, said: Floats, rows: Mask) -> tuple[Floats, Floats]:
    """Misfit of the rater and of the judge to the other raters, one row a vote; smaller is better."""
    labels = np.array(sample.labels, dtype=float)
    unit, own = sample.unit[rows], labels[sample.label[rows]]
    answer = said[unit]
    others = sample.counts[unit] - (labels[None, :] == own[:, None])
    if len(labels) == 3:  # signs: the share of others who say something else
        apart = [(labels[None, :] != value[:, None]).astype(float) for value in (own, answer)]
    else:
        apart = [(labels[None, :] - value[:, None]) ** 2 for value in (own, answer)]
    number = others.sum(axis=1)
    human, judge = ((others * each).sum(axis=1) / number for each in apart)
    return human, judge
