import numpy as np
import pytest
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

from studies.analysis.clustering import interval
from studies.analysis.proportions import carried, exact, median, share, sign_test, wilson
from studies.analysis.results import Estimate
from tests.studies.analysis.tables import ends, value, why


@pytest.mark.parametrize(("count", "trials"), [(0, 20), (3, 20), (20, 20), (1, 1)])
def test_exact_and_wilson_are_those_of_statsmodels(count: int, trials: int) -> None:
    assert exact(count, trials) == pytest.approx(proportion_confint(count, trials, method="beta"), abs=1e-12)
    assert wilson(count / trials, trials) == pytest.approx(
        proportion_confint(count, trials, method="wilson"), abs=1e-12
    )


def test_no_trial_rules_nothing_out() -> None:
    assert exact(0, 0) == (0.0, 1.0)


def test_a_share_has_the_sandwich_of_its_clusters_on_log_odds() -> None:
    hits = np.array([1, 1, 0, 1, 0, 0, 1, 1], dtype=bool)
    ways = {"dialogue": np.repeat(np.arange(4, dtype=np.int32), 2)}
    found = share(hits, ways)
    plain = interval(0.625, (hits - 0.625) / 8, ways)
    assert plain.se is not None
    reach = stats.t.ppf(0.975, 3) * plain.se / (0.625 * 0.375)
    assert value(found) == 0.625
    assert found.se == plain.se
    assert ends(found) == pytest.approx(special.expit(special.logit(0.625) + np.array([-reach, reach])))


def test_a_difference_of_shares_is_carried_over_by_fishers_z() -> None:
    found = carried(Estimate(0.2, -1.0, 1.4, 0.3, n=4), least=-1.0)
    reach = 1.2 / (1 - 0.2**2)
    assert (found.value, found.se) == (0.2, 0.3)
    assert ends(found) == pytest.approx(tuple(np.tanh(np.arctanh(0.2) + np.array([-reach, reach]))))


def test_none_of_many_answers_has_an_exact_interval_over_dialogues() -> None:
    ways = {"dialogue": np.repeat(np.arange(10, dtype=np.int32), 30)}
    found = share(np.zeros(300, dtype=bool), ways)
    assert (value(found), *ends(found)) == pytest.approx((0.0, 0.0, 1 - 0.025**0.1))
    everything = share(np.ones(300, dtype=bool), ways)
    assert ends(everything) == pytest.approx((0.025**0.1, 1.0))


def test_a_share_of_no_answers_or_of_halves_has_no_interval() -> None:
    nothing = share(np.zeros(0), {"dialogue": np.zeros(0, dtype=np.int32)}, why="Nobody said anything.")
    assert (nothing.value, why(nothing)) == (None, "Nobody said anything.")
    halves = share(np.full(4, 0.5), {"dialogue": np.arange(4, dtype=np.int32)})
    assert (halves.value, why(halves)) == (0.5, "All answers are alike: nothing varies.")


def test_a_share_weighs_its_answers() -> None:
    ways = {"dialogue": np.arange(3, dtype=np.int32)}
    assert value(share(np.array([True, False, False]), ways, np.array([2.0, 1.0, 1.0]))) == 0.5


def test_a_median_needs_six_values_for_an_interval() -> None:
    six = median(np.array([6.0, 1, 2, 3, 4, 5]), unit="raters", why="")
    assert (value(six), ends(six)) == (3.5, (1.0, 6.0))
    five = median(np.arange(5.0), unit="raters", why="")
    assert (value(five), why(five)) == (2.0, "An interval needs 6 raters; there are 5.")
    assert why(median(np.zeros(0), unit="raters", why="None.")) == "None."


def test_a_median_s_interval_covers_at_least_95_percent() -> None:
    """21 values: the 6th and the 16th, as in the tables of the binomial distribution."""
    assert ends(median(np.arange(21.0), unit="calls", why="")) == (5.0, 15.0)
    assert stats.binom.cdf(5, 21, 0.5) < 0.025 < stats.binom.cdf(6, 21, 0.5)


def test_a_sign_test_is_the_exact_binomial_one() -> None:
    assert sign_test(0, 5) == pytest.approx(2 / 2**5)
    assert sign_test(2, 2) == 1.0
    assert sign_test(0, 0) is None


def test_the_interval_of_a_rare_share_covers_it() -> None:
    """1 % flagged by 15 raters who differ: of 500 studies 95 % ± 3 standard errors (.01 each), or a little
    more, hold the truth; docs/methods.md has 96.6 of 2,000."""
    rng = np.random.default_rng(11)
    truth, dialogue = 0.01, np.repeat(np.arange(300, dtype=np.int32), 3)
    mean = stats.norm.ppf(truth) * np.sqrt(1 + 2 * 0.5**2)
    held = 0
    for _study in range(500):
        rater = np.concatenate([rng.permutation(15) for _round in range(60)]).astype(np.int32)
        effects = rng.normal(0, 0.5, 300)[dialogue] + rng.normal(0, 0.5, 15)[rater]
        flagged = mean + effects + rng.normal(size=900) > 0
        low, high = ends(share(flagged, {"dialogue": dialogue, "rater": rater}))
        held += low <= truth <= high
    assert 0.92 <= held / 500 <= 0.995
