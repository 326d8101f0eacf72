"""Judges' agreement with raters beside raters' own: exact on small tables, covered in simulations."""

import itertools

import numpy as np
import pytest
from scipy import stats

from studies.analysis.agreement.comparing import Against, Setup
from studies.analysis.agreement.counted import counted, shares_on
from studies.analysis.agreement.dyadic import dyadic_variance, sparse
from studies.analysis.agreement.pairs import Compared, compared, equivalence, ninety
from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.results import Estimate, undefined
from studies.analysis.simulating import Design, Effects
from studies.analysis.votes import Votes
from tests.studies.analysis.agreement.studies_drawn import votes_of, with_judge

JUDGE = 99


def figures(found: Compared) -> tuple[float | None, float | None, float | None]:
    values = found.values
    return values["judge"].value, values["raters"].value, values["difference"].value


def slowly(raters: Votes, judge: Votes, against: Against, setup: Setup) -> tuple[float, float]:
    """The definition, by enumeration: (judge's, raters') agreement with the reference."""
    hits: dict[str, list[float]] = {"judge": [0.0, 0.0], "raters": [0.0, 0.0]}
    for pair in np.unique(raters.pair):
        votes = [int(one) for one in np.sign(raters.value[raters.pair == pair])]
        calls = [int(one) for one in np.sign(judge.value[judge.pair == pair])]
        meet: dict[str, list[tuple[int, int]]] = {"judge": [], "raters": []}
        for left_out in range(len(votes)):
            rest = votes[:left_out] + votes[left_out + 1 :]
            for reference in references(rest, against):
                meet["raters"].append((votes[left_out], reference))
                meet["judge"] += [(call, reference) for call in calls]
        for who, couples in meet.items():
            usable = [one for one in couples if setup == "S1" or 0 not in one]
            same = sum(one == other for one, other in usable)
            if usable and against == "one_vote":
                hits[who][0] += same / len(usable)
                hits[who][1] += 1
            elif couples and against != "one_vote":
                tried = len(votes) * len(
                    list(itertools.combinations(votes[1:], 3 if against == "three" else 1))
                )
                tried = (tried if against == "three" else len(votes)) * (len(calls) if who == "judge" else 1)
                hits[who][0] += same / tried
                hits[who][1] += len(usable) / tried
    return hits["judge"][0] / hits["judge"][1], hits["raters"][0] / hits["raters"][1]


def references(rest: list[int], against: Against) -> list[int]:
    """Every reference that the other votes bring."""
    if against == "one_vote":
        return rest
    groups = itertools.combinations(rest, 3) if against == "three" else [tuple(rest)]
    found = []
    for group in groups:
        counts = sorted(((group.count(label), label) for label in set(group)), reverse=True)
        clear = len(counts) == 1 or counts[0][0] > counts[1][0]
        if clear and (against == "rest" or counts[0][0] >= 2):
            found.append(counts[0][1])
    return found


@pytest.mark.parametrize("setup", ["S1", "S2"])
@pytest.mark.parametrize("against", ["one_vote", "three", "rest"])
def test_closed_forms_equal_enumeration(against: Against, setup: Setup) -> None:
    raters, judge = with_judge(np.random.default_rng(3), Design(40, 1, 9, 5, 10))
    if setup == "S2":  # a pair counts for both or for neither: keep those that do
        decisive = np.unique(judge.pair[judge.value != 0])
        judge = judge.take(np.isin(judge.pair, decisive))
        raters = raters.take(np.isin(raters.pair, decisive))
    found = figures(compared(raters, judge, against, setup))
    assert found[:2] == pytest.approx(slowly(raters, judge, against, setup), abs=1e-12)


def test_a_small_table_by_hand() -> None:
    # Pair 0: votes −, −, +: a third of couples agree; the judge says −: two thirds. Pair 1: +, 0; the judge
    # +.
    raters = votes_of([(0, 1, -2), (0, 2, -1), (0, 3, 1), (1, 1, 1), (1, 2, 0)])
    judge = votes_of([(0, JUDGE, -1), (1, JUDGE, 1)])
    s1 = figures(compared(raters, judge, "one_vote", "S1"))
    assert s1 == pytest.approx(((2 / 3 + 1 / 2) / 2, (1 / 3 + 0) / 2, (1 / 3 + 1 / 2) / 2))
    s2 = compared(raters, judge, "one_vote", "S2")  # one decisive vote on pair 1 is no couple
    assert figures(s2) == pytest.approx((2 / 3, 1 / 3, 1 / 3))
    assert s2.values["difference"].n == 1
    assert s2.values["difference"].undefined == "An interval needs at least two dialogues; there is 1."


def test_two_orders_that_disagree_are_half_right_as_single_calls() -> None:
    raters = votes_of([(0, 1, -1), (0, 2, -1), (1, 1, -1), (1, 2, -1)])
    judge = votes_of([(0, JUDGE, -1), (0, JUDGE, 1), (1, JUDGE, -1), (1, JUDGE, -1)])
    assert figures(compared(raters, judge, "one_vote", "S1")) == (0.75, 1.0, -0.25)


def test_pairs_that_a_judge_left_out_do_not_count_for_raters() -> None:
    raters = votes_of([(0, 1, -1), (0, 2, -1), (1, 1, 1), (1, 2, -1)])
    found = compared(raters, votes_of([(0, JUDGE, 1)]), "one_vote", "S1")
    assert figures(found) == (0.0, 1.0, -1.0)
    assert found.values["raters"].n == 1


def test_nothing_shared_says_why() -> None:
    raters = votes_of([(0, 1, -1), (0, 2, -1), (1, 1, 0)])
    found = compared(raters, votes_of([(1, JUDGE, 1)]), "one_vote", "S1").values["difference"]
    assert found.value is None
    assert "1 pair(s) have the raters, 0 the judge too" in found.undefined


def test_all_ties_agree_and_have_nothing_decisive() -> None:
    raters = votes_of([(0, 1, 0), (0, 2, 0), (1, 1, 0), (1, 2, 0)])
    judge = votes_of([(0, JUDGE, 0), (1, JUDGE, 0)])
    found = compared(raters, judge, "one_vote", "S1").values
    assert (found["judge"].value, found["chance_judge"].value, found["ceiling"].value) == (1.0, 1.0, 1.0)
    assert found["kappa_judge"].value is None
    assert compared(raters, judge, "one_vote", "S2").values["judge"].value is None


@pytest.mark.parametrize("against", ["one_vote", "three", "rest"])
def test_where_everybody_says_the_same_there_is_no_interval_and_no_equivalence(against: Against) -> None:
    raters = votes_of([(pair, who, 1 - 2 * (pair % 2)) for pair in range(20) for who in range(6)])
    judge = votes_of([(pair, JUDGE, 1 - 2 * (pair % 2)) for pair in range(20)])
    for setup in ("S1", "S2"):
        found = compared(raters, judge, against, setup).values
        assert figures(compared(raters, judge, against, setup)) == (1.0, 1.0, 0.0)
        for name in ("judge", "raters", "difference", "ceiling", "kappa_judge"):
            assert (found[name].low, found[name].se, found[name].undefined) == (None, None, NOTHING_VARIES)
        assert equivalence(found["difference"], 0.05) is None
        assert ninety(found["difference"]) is None


@pytest.mark.parametrize("against", ["one_vote", "three", "rest"])
def test_no_interval_leaves_what_can_be(against: Against) -> None:
    """Two writers: one degree of freedom, with which plain intervals are wider than everything."""
    raters, judge = with_judge(np.random.default_rng(3), Design(12, 1, 9, 5, 2))
    found = compared(raters, judge, against, "S1")
    for name, one in found.values.items():
        assert one.low is not None
        assert one.high is not None
        least = -1.0 if name in ("difference", "kappa_judge") else 0.0
        assert least <= one.low < one.high <= 1.0, name
    low, high = ninety(found.values["difference"]) or (-9.0, 9.0)
    assert -1.0 <= low < high <= 1.0


def test_the_ceiling_lies_over_what_knowing_all_other_votes_reaches() -> None:
    raters, judge = with_judge(np.random.default_rng(5), Design(200, 1, 40, 5, 20))
    found = compared(raters, judge, "one_vote", "S1")
    assert found.known.value is not None
    assert found.values["ceiling"].value is not None
    assert found.values["raters"].value is not None
    assert found.values["raters"].value < found.known.value < found.values["ceiling"].value


def test_another_rater_in_the_judges_place_is_no_different_against_a_majority() -> None:
    """Were every pair to count once, raters would come out 6 points or more under their like."""
    rng = np.random.default_rng(11)
    differences = []
    for _study in range(60):
        raters, _judge = with_judge(rng, Design(100, 1, 40, 5, 40))
        last = np.arange(len(raters)) % 5 == 4
        found = compared(raters.take(~last), raters.take(last), "three", "S1").values["difference"].value
        assert found is not None
        differences.append(found)
    assert abs(np.mean(differences)) < 3 * np.std(differences) / np.sqrt(60)


def test_dyadic_variance_is_that_of_all_couples_that_share_a_rater_or_a_dialogue() -> None:
    """Every pair of couples looked at; the couples that share both raters on two dialogues count twice."""
    effects = Effects(rater=1.5)
    raters, judge = with_judge(np.random.default_rng(2), Design(150, 2, 60, 3, 150), effects)
    sample = counted(raters)
    dialogue, size = sample.dialogue, len(sample)
    rows = []
    for unit in range(size):
        who = np.flatnonzero(sample.unit == unit)
        rows += [
            (unit, sample.source[one], sample.source[two], float(sample.label[one] == sample.label[two]))
            for one, two in itertools.combinations(who, 2)
        ]
    equal = np.array([row[3] for row in rows])
    error = (equal - equal.mean()) / len(rows)
    units = np.array([row[0] for row in rows])
    people = np.array([[row[1], row[2]] for row in rows])
    shared = (people[:, None, :, None] == people[None, :, None, :]).sum(axis=(2, 3))
    same = dialogue[units][:, None] == dialogue[units][None, :]
    expected = float(error @ np.where(same, 1, shared) @ error)
    found = dyadic_variance(sample, sample.counts, shares_on(sample, judge))[1]
    # Small-sample factors G/(G−1) are the only difference.
    assert found == pytest.approx(expected, rel=0.04)


def test_a_panel_that_rates_everything_is_not_sparse() -> None:
    panel, _judge = with_judge(np.random.default_rng(1), Design(10, 1, 8, 8, 5))
    crowd, _judge = with_judge(np.random.default_rng(1), Design(40, 1, 20, 3, 5))
    assert not sparse(counted(panel))
    assert sparse(counted(crowd))


@pytest.mark.parametrize(
    ("design", "studies", "widest"),
    [
        pytest.param(Design(100, 1, 60, 3, 50), 600, 0.97, id="crowd"),
        # Fifteen raters are few: measured 97 to 98 in 100, a little wide.
        pytest.param(Design(100, 1, 15, 3, 50), 600, 0.98, id="panel that shares the work"),
    ],
)
def test_intervals_of_the_difference_cover_the_truth(design: Design, studies: int, widest: float) -> None:
    """93 to 97 in 100, and two standard errors of 0.8 points for what 600 studies can tell."""
    rng = np.random.default_rng(8)
    found = []
    for _study in range(studies):
        raters, judge = with_judge(rng, design)
        sample = counted(raters)
        assert sparse(sample)
        counts, said = sample.counts, shares_on(sample, judge)
        n = counts.sum(axis=1)
        apart = (counts * said).sum(axis=1) / n - (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
        found.append((apart.mean(), dyadic_variance(sample, counts, said)[2]))
    value, variance = np.array(found).T
    reach = stats.t.ppf(0.975, min(design.raters, design.writers) - 1) * np.sqrt(variance)
    covered = float((abs(value - value.mean()) <= reach).mean())
    assert 0.93 - 0.016 <= covered <= widest + 0.016


def test_intervals_of_a_panel_that_rates_everything_cover_the_truth() -> None:
    """93 to 97 in 100, and two standard errors of 1.4 points for what 250 studies can tell."""
    rng = np.random.default_rng(8)
    found = []
    for _study in range(250):
        difference = compared(*with_judge(rng, Design(100, 1, 15, 15, 50)), "one_vote", "S1").values[
            "difference"
        ]
        found.append((difference.value, difference.low, difference.high))
    value, low, high = np.array(found, dtype=float).T
    covered = float(((low <= value.mean()) & (value.mean() <= high)).mean())
    assert 0.93 - 0.028 <= covered <= 0.97 + 0.028


def test_an_interval_by_votes_alone_would_be_too_narrow() -> None:
    rng = np.random.default_rng(9)
    effects = Effects(rater=0.8, dialogue=0.8)
    values, iid = [], []
    for _study in range(200):
        raters, judge = with_judge(rng, Design(100, 3, 15, 5, 100), effects)
        sample = counted(raters)
        found = float((sample.counts * shares_on(sample, judge)).sum() / len(raters))
        values.append(found)
        iid.append(np.sqrt(found * (1 - found) / len(raters)))
    covered = np.mean(abs(np.array(values) - np.mean(values)) < 1.96 * np.array(iid))
    assert covered < 0.85


def test_equivalence_is_two_one_sided_tests() -> None:
    difference = Estimate(0.01, -0.02, 0.04, 0.015, 300, {"dialogue": 101})
    expected = stats.t.cdf((0.01 - 0.05) / 0.015, 100)
    assert equivalence(difference, 0.05) == pytest.approx(expected)
    low, high = ninety(difference) or (0.0, 0.0)
    assert high == pytest.approx(0.01 + stats.t.ppf(0.95, 100) * 0.015)
    assert low == pytest.approx(0.02 - high)
    assert equivalence(undefined("nothing"), 0.05) is None
    assert ninety(undefined("nothing")) is None
