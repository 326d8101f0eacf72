"""Shares never leave what can be."""

import numpy as np
import pytest
from scipy import special

from studies.analysis.proportions import carried, share
from studies.analysis.results import Estimate, undefined
from tests.studies.analysis.tables import ends


def test_it_is_the_interval_of_proportions() -> None:
    hits = np.array([1, 1, 0, 1, 0, 0, 1, 1], dtype=bool)
    ways = {"dialogue": np.repeat(np.arange(4, dtype=np.int32), 2)}
    on_odds = share(hits, ways)
    reach = float(special.logit(ends(on_odds)[1])) - float(special.logit(0.625))
    plain = Estimate(0.625, 0.625 - reach * 0.625 * 0.375, 0.625 + reach * 0.625 * 0.375, on_odds.se)
    assert ends(carried(plain)) == pytest.approx(ends(on_odds))


def test_one_degree_of_freedom_stays_between_none_and_all() -> None:
    low, high = ends(carried(Estimate(0.5, -5.853, 6.853, 0.5)))
    assert 0.0 < low < 0.5 < high < 1.0


def test_at_an_end_it_is_cut_off_and_without_an_interval_nothing_changes() -> None:
    assert ends(carried(Estimate(1.0, 0.9, 1.1, 0.05))) == (0.9, 1.0)
    assert carried(undefined("nothing", value=0.5)) == undefined("nothing", value=0.5)
