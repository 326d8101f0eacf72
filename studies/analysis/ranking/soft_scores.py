"""HEART's soft scores: grades of preference as numbers between 0 and 1. For comparison, never for ranking.

HEART's judge gave one to five plus signs, which count .55, .65, .75, .85, .95 for the better side. They are
no probabilities of winning, and a model of wins that is fed with them shrinks all differences.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.clustering import interval
from studies.analysis.log_odds import as_share
from studies.analysis.ranking.counting import Floats
from studies.analysis.results import Estimate
from studies.analysis.votes import Votes

#: Where two grades are answered they stand for two halves of HEART's five; where one is, for the middle.
TWO_GRADES: Final = np.array([0.85, 0.65, 0.5, 0.35, 0.15])
ONE_GRADE: Final = np.array([0.75, 0.75, 0.5, 0.25, 0.25])


def soft_scores(votes: Votes) -> Floats:
    """Each vote's score for a (votes): two grades where any answer of these votes is a strong one."""
    mapping = TWO_GRADES if np.any(np.abs(votes.value) == 2) else ONE_GRADE
    return np.asarray(mapping[votes.value + 2])


def soft_by_couple(votes: Votes, systems: int) -> list[tuple[int, int, Estimate]]:
    """Mean soft score of a for each two systems that were compared, with the multiway sandwich's interval on
    log odds: it stays between 0 and 1."""
    score = soft_scores(votes)
    couple = votes.a.astype(np.int64) * systems + votes.b
    found = []
    for key in np.unique(couple):
        rows = np.flatnonzero(couple == key)
        weight = votes.weight[rows] / votes.weight[rows].sum()
        mean = float(weight @ score[rows])
        ways = {name: codes[rows] for name, codes in votes.ways.items()}
        a, b = divmod(int(key), systems)
        found.append((a, b, as_share(interval(mean, weight * (score[rows] - mean), ways))))
    return found
