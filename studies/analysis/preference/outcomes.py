"""Shares of wins, ties and losses, writers weighted equally, and what each vote moves them by.

Votes lie in cells (such as one model on one dimension) and cells in groups (such as all models on it). In a
cell each writer of the human reply counts the same, whatever the number of their votes; in a group each cell.
With c the weight that follows for a vote (the weights of a group add up to 1), a share is the sum of c·x,
where x is 1 for a win (and ½ for a tie, for the share of preference). Cells are fixed, so a vote moves it by
c·(x − the cell's own share). Writers are random: what sets a writer's votes apart from the cell's mean stays
in the influence, and shows in the writers' clusters. Left out one at a time, writers of one cell give the
same variance (the delete-one jackknife: Efron & Stein 1981, Annals of Statistics 9:586), exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats
from studies.analysis.reading import Mask
from studies.analysis.votes import Votes

Integers = NDArray[np.int64]
#: The columns of `Outcomes`.
SHARE, WINS, TIES, LOSSES, DECISIVE = range(5)
COLUMNS: Final = 5


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`values` (groups × 5): share of preference with ties as half, shares of wins, ties and losses, and the
    share of wins among the votes that are no ties; NaN where there is none. `influence` (votes × 5);
    `weight` (votes) adds up to 1 in each group.
    """

    values: Floats
    influence: Floats
    weight: Floats


def outcomes(votes: Votes, rows: Mask, cells: Integers, group_of: Integers, groups: int) -> Outcomes:
    """Of a (the first system) against b, over the votes in `rows`.

    `cells` numbers each vote's cell, `group_of` each cell's group (one for each cell, in order). Cells
    without votes are left out of their group.
    """
    weight = even_weights(votes, rows, cells, len(group_of))
    sums = np.stack(
        [
            np.bincount(cells, weights=weight * (np.sign(votes.value) == sign), minlength=len(group_of))
            for sign in (-1, 1)
        ],
        axis=1,
    )
    there = np.bincount(cells[rows], minlength=len(group_of)) > 0
    count = np.bincount(group_of[there], minlength=groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.stack(
            [np.bincount(group_of, weights=column, minlength=groups) / count for column in sums.T], axis=1
        )
    share = weight / np.maximum(count, 1)[group_of[cells]]
    moved = [
        share * ((np.sign(votes.value) == sign) - sums[cells, place]) for place, sign in enumerate((-1, 1))
    ]
    return _from_wins_and_losses(means, moved, group_of[cells], share)


def even_weights(votes: Votes, rows: Mask, cells: Integers, count: int) -> Floats:
    """Weights of votes that add up to 1 in each cell and are shared out evenly among its writers.

    Votes without a known writer count together as one writer.
    """
    width = int(votes.writer.max(initial=-1)) + 2
    stratum = cells * width + votes.writer + 1
    weight = np.where(rows, votes.weight, 0.0)
    total = np.bincount(stratum, weights=weight, minlength=count * width)
    writers = (total.reshape(count, width) > 0).sum(axis=1)
    divisor = total[stratum] * writers[cells]
    return np.asarray(np.divide(weight, divisor, out=np.zeros_like(weight), where=divisor > 0))


def _from_wins_and_losses(means: Floats, moved: list[Floats], groups: Integers, weight: Floats) -> Outcomes:
    """The other three follow: a tie is what is neither, and counts half."""
    (won, lost), (moved_won, moved_lost) = means.T, moved
    decisive = won + lost
    with np.errstate(invalid="ignore", divide="ignore"):
        among = np.where(decisive > 0, won / decisive, np.nan)
    values = np.stack([(won + 1 - lost) / 2, won, 1 - won - lost, lost, among], axis=1)
    rate, size = np.nan_to_num(among)[groups], np.where(decisive > 0, decisive, 1.0)[groups]
    moved_among = (moved_won - rate * (moved_won + moved_lost)) / size
    influence = np.stack(
        [(moved_won - moved_lost) / 2, moved_won, -moved_won - moved_lost, moved_lost, moved_among], axis=1
    )
    return Outcomes(values, influence, weight)
