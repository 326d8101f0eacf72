"""What few answers a model hide: a mean over models is known no better than the means that it is made of.

An answer's influence is told from the mean of its own cell (`outcomes`), which the answer is part of. Where a
cell has few dialogues, raters or writers, each of them pulls that mean along and seems to vary less than it
does. The factor G/(G−1) of the sandwich makes up for one mean a group, not for one a cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from studies.analysis.clusters import Clusters
from studies.analysis.preference.outcomes import Outcomes
from studies.analysis.reading import Mask

#: Said of a group in which the answers of one cell are all of one cluster.
ALONE: Final = (
    "Some model has all its answers from a single {}, so how far these vary cannot be told, and no interval "
    "for all models either."
)
_ROUNDING: Final = 1e-9


def loosened(
    found: Outcomes, rows: Mask, cells: Clusters, groups: Clusters
) -> tuple[Outcomes, Mapping[int, str]]:
    """Influences made up for what each cluster has to say in its cell's mean; and the groups without
    interval, with why.

    With h the part of its cell's weight, and g the part of its group's, that the cluster of a vote holds, the
    vote's influence is multiplied by √((1 − g)/(1 − h)), at least 1: the leverage of HC2 (MacKinnon & White
    1985, J. Econometrics 29:305) less what G/(G−1) makes up for. Of the ways that vary in the group the
    largest factor counts. For n independent votes in each of k cells this is the variance of a stratified
    mean, s²/n in each; a group of one cell stays as it is, exactly. Where h is 1 in one of several cells,
    that cell says nothing of how the way varies: no interval.
    """
    whole = cells.held(found.weight)
    factor, why = np.ones(len(rows)), dict[int, str]()
    for way, counts in groups.counted(rows).items():
        told = rows & (counts[groups.groups] > 1)
        mine = np.divide(cells.held(found.weight, way), whole, out=np.zeros(len(rows)), where=told)
        alone = told & (mine > 1 - _ROUNDING) & (whole < 1 - _ROUNDING)
        for group in np.unique(groups.groups[alone]):
            why.setdefault(int(group), ALONE.format(way))
        rest = np.where(told & (mine < 1 - _ROUNDING), 1 - mine, 1.0)
        left = np.where(rest < 1.0, 1 - groups.held(found.weight, way), 1.0)
        factor = np.maximum(factor, np.sqrt(left / rest))
    return replace(found, influence=found.influence * factor[:, None]), why
