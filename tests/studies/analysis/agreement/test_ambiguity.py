"""Agreement by ambiguity: flat where ambiguity does nothing, falling where it does."""

import numpy as np
import pytest

from studies.analysis.agreement.ambiguity import curve
from studies.analysis.agreement.comparing import mean_of_pairs
from studies.analysis.agreement.counted import Floats, counted
from studies.analysis.simulating import Design, Effects, simulate
from studies.analysis.votes import Votes
from tests.studies.analysis.agreement.studies_drawn import votes_of

ALIKE = Effects(human=1.0, model=0.0, spread=0.0, dialogue=0.0, rater=0.0, writer=0.0, tie=0.3)


def votes(dialogue: float, *, per_pair: int = 8, seed: int = 1) -> Votes:
    """Pairs that are all alike (0), or of which some are easy and some are hard."""
    design = Design(1500, 1, 60, per_pair, 12, adversarial=0)
    effects = (
        ALIKE if not dialogue else Effects(human=0.0, model=0.0, dialogue=dialogue, rater=0.0, writer=0.0)
    )
    return simulate(design, effects, np.random.default_rng(seed)).votes


def agreement(counts: Floats) -> float:
    n = counts.sum(axis=1)
    each = (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
    return float(mean_of_pairs(np.array([len(each), each.sum()]))[0])


def test_picking_split_votes_lowers_agreement_though_all_pairs_are_alike() -> None:
    counts = counted(votes(0.0)).counts
    split = counts.max(axis=1) <= 5
    assert split.sum() > 300
    assert agreement(counts) == pytest.approx(0.6, abs=0.05)
    assert agreement(counts[split]) < agreement(counts) - 0.2


def test_the_curve_is_flat_where_all_pairs_are_alike() -> None:
    simulated = votes(0.0)
    expected = agreement(counted(simulated).counts)
    levels = curve(simulated, None)
    assert len(levels) >= 3
    for level in levels:
        assert level.raters.value == pytest.approx(expected, abs=3 * (level.raters.se or 0))
        assert level.raters.value == pytest.approx(expected, abs=0.03)


def test_the_curve_falls_where_some_pairs_are_harder() -> None:
    levels = curve(votes(2.0), None)
    values = [level.raters.value or 0.0 for level in levels]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.2


def test_all_splits_by_hand() -> None:
    # Five votes + + + − 0: of the ten measuring halves three are ++ (entropy 0), then + − 0 agree never.
    # The other seven have two labels: + − or + 0 (3 each) leave + + and one other: ⅓; − 0 leaves + + +: 1.
    raters = votes_of([(pair, who, value) for pair in (0, 1) for who, value in enumerate((1, 1, 1, -1, 0))])
    judge = votes_of([(0, 99, 1), (1, 99, 1)])
    low, high = curve(raters, judge)
    assert low.entropy == 0.0
    assert low.pairs == pytest.approx(0.6)
    assert low.raters.value == pytest.approx(0.0)
    assert low.judge is not None
    assert low.judge.value == pytest.approx(1 / 3)
    assert high.entropy == pytest.approx(np.log(2) / np.log(3))
    assert high.pairs == pytest.approx(1.4)
    assert high.raters.value == pytest.approx((6 / 3 + 1) / 7)
    assert high.judge is not None
    assert high.judge.value == pytest.approx((6 * 2 / 3 + 1) / 7)


def test_fewer_than_five_votes_are_not_split() -> None:
    assert curve(votes_of([(0, who, 1) for who in range(4)]), None) == []
