"""Ranks as intervals: what is surely better, and how often they hold."""

import numpy as np
import pytest

from studies.analysis.ranking.elo import Spread
from studies.analysis.ranking.ranks import rank_intervals
from tests.studies.analysis.ranking.coverage import CROWD, coverage


def ranks_of(strength: list[float], se: float, *, freedom: int = 1000, core: list[bool] | None = None):  # type: ignore[no-untyped-def]
    """Independent strengths, all with the same standard error."""
    value = np.array(strength)
    spread = Spread(np.eye(len(value)) * se**2, freedom, {"dialogue": freedom + 1})
    inside = np.ones(len(value), dtype=bool) if core is None else np.array(core)
    found = rank_intervals(value, spread, inside, np.random.default_rng(1))
    return found.rank.tolist(), found.low.tolist(), found.high.tolist()


def test_far_apart_every_rank_is_sure() -> None:
    assert ranks_of([0.0, 2.0, 1.0], 0.01) == ([3, 1, 2], [3, 1, 2], [3, 1, 2])


def test_close_together_every_rank_is_open() -> None:
    assert ranks_of([0.0, 0.2, 0.1], 1.0) == ([3, 1, 2], [1, 1, 1], [3, 3, 3])


def test_two_close_ones_leave_two_ranks_each() -> None:
    assert ranks_of([0.0, 5.0, 5.1], 0.5) == ([3, 2, 1], [3, 1, 1], [3, 2, 2])


def test_equals_share_the_better_rank() -> None:
    assert ranks_of([0.0, 0.0, -9.0], 0.1)[0] == [1, 1, 3]


def test_the_reach_is_tukeys_for_independent_equal_errors() -> None:
    """Three means: 95 % of the studentized range is 3.314 standard errors of one (infinite freedom)."""
    close = ranks_of([0.0, 3.25, -9.0], 1.0, freedom=100_000)
    apart = ranks_of([0.0, 3.40, -9.0], 1.0, freedom=100_000)
    assert close == ([2, 1, 3], [1, 1, 3], [2, 2, 3])
    assert apart == ([2, 1, 3], [2, 1, 3], [2, 1, 3])


def test_of_one_sided_systems_nothing_is_sure_and_who_has_no_strength_has_no_rank() -> None:
    found = ranks_of([0.0, 5.0, 9.0, np.nan], 0.1, core=[True, True, False, False])
    assert found == ([3, 2, 1, 0], [2, 1, 1, 0], [3, 2, 3, 0])


def test_without_freedom_every_rank_is_open() -> None:
    assert ranks_of([0.0, 9.0], 0.1, freedom=0) == ([2, 1], [1, 1], [2, 2])


def test_ranks_hold_in_simulated_studies() -> None:
    """All at once in 95 % or more: they are cautious. At 95 %, 100 studies fall under .90 once in 30."""
    found = coverage(CROWD, 100, seed=2)
    assert found.all_ranks >= 0.90
    assert found.one_rank >= found.all_ranks
    assert found.elo == pytest.approx(0.95, abs=0.05)
    assert found.elo_independent < found.elo
