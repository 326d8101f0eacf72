"""HEART's soft scores: grades of preference as numbers between 0 and 1. For comparison, never for ranking.

HEART's judge gave one to five plus signs, which count .55, .65, .75, .85, .95 for the better side. They are
no probabilities of winning, and a model of wins that is fed with them shrinks all differences.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.clustering import interval
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import carried
from studies.analysis.ranking.counting import Floats
from studies.analysis.ranking.tables import AGAINST, EYES, SYSTEM
from studies.analysis.results import Cell, Column, Estimate, Table
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
        found.append((a, b, carried(interval(mean, weight * (score[rows] - mean), ways))))
    return found


def soft_table(evidence: Evidence, systems: tuple[str, ...]) -> tuple[Table, ...]:
    """An export, folded on the page: each two systems by each kind of eyes; none without overall answers."""
    rows: list[tuple[Cell, ...]] = []
    code = evidence.dimension_code("overall")
    for eyes in evidence.eyes:
        votes = eyes.votes.take(eyes.votes.dimension == code)
        for a, b, mean in soft_by_couple(votes, len(systems)):
            rows.append((eyes.title, systems[a], systems[b], mean))
    columns = (EYES, SYSTEM, AGAINST, Column("soft_score", "Mean soft score", "share"))
    return (Table("soft_scores_full", "Soft scores as in HEART", columns, rows, _NOTE),) if rows else ()


_NOTE: Final = (
    "HEART's judge gave one to five plus signs, counted .55, .65, .75, .85, .95 for the better reply. Here "
    "much better counts .85, a little better .65, no difference .5; where there is one grade only, better "
    "counts .75. They are no probabilities and rank nothing: they are here to be set beside HEART's own."
)
