"""What a pilot says about how votes hang together: variance components by the method of moments.

A component is the mean product of what two votes differ from their model's mean by, over all couples of votes
that share one thing and nothing that counts beside it (Searle, Casella & McCulloch 1992, Variance Components,
ch. 5; for crossed raters the same as the products of U-statistics in Gallas 2009, Comm. Stat. 38:2586):
`writer`: the writer, another dialogue and rater; `rater`: the rater, another dialogue and writer; `dialogue`:
the dialogue, another pair and rater, less the writer's; `pair`: the pair, another rater, less both. Taking
away the estimated mean lowers each by the variance of that mean, which is added again. An estimate below
nothing is reported as it came, and counts as nothing where studies are simulated from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.clustering import interval
from studies.analysis.evidence import Evidence
from studies.analysis.planning.assumptions import Spread
from studies.analysis.reading import Codes, renumbered
from studies.analysis.results import CONFIDENCE, Estimate, undefined
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
#: A component's interval is a jackknife over so many groups of what it is about.
GROUPS: Final = 20
FEWEST: Final = 5
#: Whose components are asked for, for `components_in`.
RATERS: Final = "Raters"
COMPONENTS: Final = ("dialogue", "pair", "rater", "writer")
#: What a component is worked out from.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "writer": ("writer",),
    "rater": ("rater",),
    "dialogue": ("writer", "dialogue"),
    "pair": ("writer", "dialogue", "pair"),
}
_WAY: Final = {"dialogue": "dialogue", "pair": "dialogue", "rater": "rater", "writer": "writer"}


@dataclass(frozen=True, slots=True)
class Components:
    """Estimates in squared shares, by COMPONENTS, with their intervals; undefined ones say why.

    `share` is people's share of preference, models equally weighted, with its multiway interval;
    `design_effect` is its variance over the one that as many independent votes would have (Kish 1965), None
    where either is nothing.
    """

    estimates: Mapping[str, Estimate]
    tie_rate: float
    share: Estimate
    design_effect: float | None

    @property
    def spread(self) -> Spread:
        """For simulating: what is unknown or below nothing counts as nothing."""
        values = {name: max(one.value or 0.0, 0.0) for name, one in self.estimates.items()}
        return Spread(tie_rate=self.tie_rate, **values)


def components_of(votes: Votes) -> Components:
    """From votes of people against a model, one dimension, at least one row; a is people's reply."""
    model = np.unique(votes.b, return_inverse=True)[1]
    count = np.bincount(model)
    means = np.bincount(model, weights=votes.score) / count
    rest = votes.score - means[model]
    weights = 1.0 / (count[model] * len(count))
    share = interval(float(means.mean()), rest * weights, votes.ways)
    variance = (share.se or 0.0) ** 2
    independent = float(np.square(rest * weights).sum())
    values = _moments(votes, rest, variance)
    return Components(
        estimates={name: _with_interval(name, values[name], votes, rest) for name in COMPONENTS},
        tie_rate=float((votes.value == 0).mean()),
        share=share,
        design_effect=variance / independent if variance and independent else None,
    )


def components_in(evidence: Evidence, whose: str, dimension: str, votes: Votes) -> Components:
    """The same, worked out once for all sections that ask for these votes."""
    return evidence.once(f"components of {whose}, {dimension}", lambda _it: components_of(votes))


def _moments(
    votes: Votes, rest: Floats, of_mean: float, names: Collection[str] = COMPONENTS
) -> dict[str, float | None]:
    """Each component, or None where no two votes tell it. `of_mean` is added for the mean taken away.

    Others than `names`, which are then to hold what lies under them, are not worked out.
    """
    d, p, r = votes.dialogue, votes.pair, votes.source
    told: dict[str, Callable[[], tuple[float, float]]] = {
        "writer": lambda: _by_writer(votes, rest),
        "rater": lambda: _minus(
            _couples(rest, [r]), _couples(rest, [r, _alone(votes)]), (0.0, 0.0), (0.0, 0.0)
        ),
        "dialogue": lambda: _minus(
            _couples(rest, [d]), _couples(rest, [p]), _couples(rest, [d, r]), _couples(rest, [p, r])
        ),
        "pair": lambda: _minus(_couples(rest, [p]), _couples(rest, [p, r]), (0.0, 0.0), (0.0, 0.0)),
    }
    found = {name: told[name]() if name in names else (0.0, 0.0) for name in COMPONENTS}
    mean = {name: total / n + of_mean if n else None for name, (total, n) in found.items()}
    return _less_what_is_under(mean)


def _by_writer(votes: Votes, rest: Floats) -> tuple[float, float]:
    known = votes.writer >= 0
    w, d, r, mine = votes.writer[known], votes.dialogue[known], votes.source[known], rest[known]
    if not len(w):
        return 0.0, 0.0
    return _minus(_couples(mine, [w]), _couples(mine, [d]), _couples(mine, [w, r]), _couples(mine, [d, r]))


def _alone(votes: Votes) -> Codes:
    """Votes without a known writer count as if everybody had written one reply."""
    writer = votes.writer
    return np.where(writer >= 0, writer, writer.max(initial=0) + 1 + votes.dialogue).astype(np.int32)


def _less_what_is_under(mean: Mapping[str, float | None]) -> dict[str, float | None]:
    """A dialogue's couples share its writer too, a pair's both. Without one, the other holds both."""
    writer = mean["writer"] or 0.0
    dialogue = None if mean["dialogue"] is None else mean["dialogue"] - writer
    below = writer + (dialogue or 0.0)
    pair = None if mean["pair"] is None else mean["pair"] - below
    return {"writer": mean["writer"], "rater": mean["rater"], "dialogue": dialogue, "pair": pair}


def _couples(rest: Floats, ways: list[Codes]) -> tuple[float, float]:
    """Sum of products over ordered couples of votes in one cluster of all these ways, and their number."""
    key = np.zeros(len(rest), dtype=np.int64)
    for codes in ways:
        key = key * (int(codes.max(initial=0)) + 1) + codes
    groups, _count = renumbered(key)
    totals, sizes = np.bincount(groups, weights=rest), np.bincount(groups).astype(float)
    return float((totals**2).sum() - (rest**2).sum()), float((sizes**2).sum() - len(rest))


def _minus(
    all_of: tuple[float, float],
    one: tuple[float, float],
    other: tuple[float, float],
    both: tuple[float, float],
) -> tuple[float, float]:
    """Couples of the first that are neither in the second nor the third; `both` are in both of them."""
    return all_of[0] - one[0] - other[0] + both[0], all_of[1] - one[1] - other[1] + both[1]


def _with_interval(name: str, value: float | None, votes: Votes, rest: Floats) -> Estimate:
    """A grouped jackknife by the way that the component is about (Tukey 1958), with Student's t."""
    if value is None:
        return undefined(_WHY[name], n=len(votes))
    codes = votes.ways[_WAY[name]]
    number = np.unique(codes, return_inverse=True)[1]
    clusters = int(number.max(initial=-1)) + 1
    groups = min(GROUPS, clusters)
    if groups < FEWEST:
        return undefined(
            f"Fewer than {FEWEST} {_PLURAL[_WAY[name]]} give no interval.", n=len(votes), value=value
        )
    without = [_without(name, votes, rest, number % groups != group) for group in range(groups)]
    known = np.array([one for one in without if one is not None])
    if len(known) < groups:
        return undefined(
            "The component rests on too few clusters for an interval.", n=len(votes), value=value
        )
    se = float(np.sqrt((groups - 1) / groups * np.square(known - known.mean()).sum()))
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, groups - 1)) * se
    return Estimate(value, value - reach, value + reach, se, n=len(votes), clusters={_WAY[name]: clusters})


def _without(name: str, votes: Votes, rest: Floats, kept: NDArray[np.bool_]) -> float | None:
    return _moments(votes.take(kept), rest[kept], 0.0, _NEEDED[name])[name]


_PLURAL: Final = {"dialogue": "dialogues", "rater": "raters", "writer": "writers"}
_WHY: Final = {
    "writer": "No writer of people's replies is known to have written to two dialogues.",
    "rater": "No rater rated two dialogues.",
    "dialogue": "No dialogue has two pairs that were rated by different raters.",
    "pair": "No pair was rated by two raters.",
}
