"""Which systems the votes link, and in which direction.

Strengths exist without a prior exactly where every system can be reached from every other by wins or ties
(Ford 1957, American Mathematical Monthly 64:28): a strong component of the graph of wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from studies.analysis.ranking.counting import Floats, Mask

#: Why a system is without a place, or without an interval.
NEVER_LOST: Final = "never lost"
NEVER_WON: Final = "never won"
ONE_WAY: Final = "linked one way only"
NO_VOTES: Final = "no votes"
ISLAND: Final = "not linked"


@dataclass(frozen=True, slots=True)
class Connection:
    """`core`: systems that are ranked without a prior; `linked`: also those compared with them one way only.

    `anchor` holds weights (adding up to one) of the systems whose mean is 1500: the people's in the core, or,
    where `by_people` is false, all of the core. `group` numbers strong components; `remarks` has a word for
    each system outside the core.
    """

    core: Mask
    linked: Mask
    anchor: Floats
    by_people: bool
    group: NDArray[np.int32]
    remarks: dict[int, str]


def connect(wins: Floats, humans: int) -> Connection:
    """From wins[i, j] with ties as half (systems × systems); the first `humans` systems are people's.

    The core is the strong component with most of the people's systems; without people, or among equals, the
    largest, then the one with the first system.
    """
    systems = len(wins)
    there = (wins + wins.T).any(axis=1)
    graph = (wins > 0).astype(np.int8)
    _count, group = connected_components(graph, directed=True, connection="strong")
    _count, island = connected_components(graph, directed=False)
    people = np.arange(systems) < humans
    best = max(
        (int(code) for code in np.unique(group[there])),
        key=lambda code: (
            int((people & (group == code)).sum()),
            int((group == code).sum()),
            -int(np.flatnonzero(group == code)[0]),
        ),
        default=-1,
    )
    core = there & (group == best)
    linked = there & np.isin(island, island[core])
    held = core & people if (core & people).any() else core
    remarks = {system: _remark(system, wins, group, linked) for system in range(systems) if not core[system]}
    return Connection(
        core, linked, held / max(int(held.sum()), 1), bool((core & people).any()), group, remarks
    )


def _remark(system: int, wins: Floats, group: NDArray[np.int32], linked: Mask) -> str:
    if not (wins[system].any() or wins[:, system].any()):
        return NO_VOTES
    if not linked[system]:
        return ISLAND
    inside = group == group[system]
    won, lost = wins[np.ix_(inside, ~inside)].any(), wins[np.ix_(~inside, inside)].any()
    if won and lost:
        return ONE_WAY
    return NEVER_LOST if won else NEVER_WON
