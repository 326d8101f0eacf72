"""What is said of intervals: which ways they rest on, and which there is only one of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from studies.analysis.clustering import clusters_in
from studies.analysis.evidence import Eyes
from studies.analysis.votes import Votes

_SINGLE: Final[Mapping[str, str]] = {
    "dialogue": "on one dialogue",
    "rater": "of one rater",
    "writer": "on replies of one writer",
}
_UNKNOWN: Final = "Who wrote the human replies is not known: intervals do not cluster by writer."


def intervals(told: Sequence[tuple[Eyes, Votes]]) -> str:
    """The note below tables of shares: by which ways these answers really cluster."""
    ways = [way for way in _SINGLE if any(way in clusters_in(votes.ways) for _eyes, votes in told)]
    by = f"{', '.join(ways[:-1])} and {ways[-1]}" if len(ways) > 1 else "".join(ways)
    note = (
        f"Intervals: 95 %, multiway sandwich by {by}, Student's t on log odds; where all or no answers "
        "count, exact (Clopper-Pearson) with the clusters of the smallest way as trials."
    )
    if "writer" in ways and any(np.any(votes.writer < 0) for _eyes, votes in told):
        note += " Votes on replies whose writer is not known count together as one writer."
    return note


def left_out(told: Sequence[tuple[Eyes, Votes]], ways: Sequence[str] = tuple(_SINGLE)) -> Iterator[str]:
    """What intervals cannot tell, as nothing of it varies: a sentence a way. A judge is meant to be one."""
    if "writer" in ways and not any(np.any(votes.writer >= 0) for _eyes, votes in told):
        yield _UNKNOWN
    for way in ways:
        among = [(eyes, votes) for eyes, votes in told if way != "rater" or eyes.kind == "raters"]
        single = [eyes.title for eyes, votes in among if clusters_in(votes.ways).get(way) == 1]
        if single:
            whose = "All answers" if len(single) == len(told) else f"All answers of {', '.join(single)}"
            yield (
                f"{whose} are {_SINGLE[way]}: what is found holds for that one alone, and the interval does "
                "not tell how another would differ."
            )
