"""How long the replies of each system are: length is the first thing that leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis import clustering
from studies.analysis.clustering import NOTHING_VARIES, Floats
from studies.analysis.leaks.intervals import interval
from studies.analysis.leaks.replies import Replies
from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate, undefined

NO_CAP: Final = "The protocol sets no limit of words."
NO_PROTOCOL: Final = "There is no protocol.json, so that no limit of words is known."


@dataclass(frozen=True, slots=True)
class Length:
    """Words (what white space parts) of one system's replies as they came; `over` is the share above the
    protocol's limit."""

    system: str
    human: bool
    replies: int
    mean: Estimate
    median: Estimate
    over: Estimate


def lengths_of(replies: Replies, cap: int | None, why_no_cap: str) -> list[Length]:
    """One for each system, people's first and then by name."""
    words = np.array([len(text.split()) for text in replies.text.labels], dtype=np.float64)
    found = []
    for system in replies.systems:
        rows = np.flatnonzero(replies.system.equals(system))
        ways = {"dialogue": replies.dialogue[rows], "writer": replies.writer[rows]}
        long = words[replies.text.codes[rows]]
        found.append(
            Length(
                system=system,
                human=bool(replies.human[rows[0]]),
                replies=len(rows),
                mean=_mean(long, ways, share=False),
                median=median(long, ways),
                over=undefined(why_no_cap, n=len(rows)) if cap is None else _mean(long > cap, ways),
            )
        )
    return sorted(found, key=lambda one: (not one.human, one.system))


def median(values: Floats, ways: dict[str, Codes]) -> Estimate:
    """The middle value. Its interval is Woodruff's (1952, J. American Statistical Association 47:635): that
    of the share of values up to the median, clustered, read back from the values' quantiles."""
    middle = float(np.median(values))
    below = (values < middle) + (values == middle) / 2
    matrix, freedom = clustering.covariance(((below - below.mean()) / len(values))[:, None], ways)
    counts = clustering.clusters_in(ways)
    if freedom < 1:
        why = "An interval needs replies to at least two dialogues."
        return Estimate(middle, n=len(values), clusters=counts, undefined=why)
    if not np.ptp(values):
        return Estimate(middle, n=len(values), clusters=counts, undefined=NOTHING_VARIES)
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom) * np.sqrt(matrix[0, 0]))
    low, high = np.quantile(values, np.clip([0.5 - reach, 0.5 + reach], 0.0, 1.0))
    return Estimate(middle, float(low), float(high), n=len(values), clusters=counts)


def _mean(values: NDArray[np.generic], ways: dict[str, Codes], *, share: bool = True) -> Estimate:
    numbers = values.astype(np.float64)
    mean = float(numbers.mean())
    return interval(mean, (numbers - mean) / len(numbers), ways, share=share)
