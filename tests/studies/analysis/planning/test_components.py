"""Variance components of a pilot: recovered where they are, undefined where nothing tells them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studies.analysis.planning.assumptions import Plan, Spread
from studies.analysis.planning.components import COMPONENTS, Components, components_of
from studies.analysis.planning.power import design_of
from studies.analysis.planning.spread import effects_of
from studies.analysis.simulating import Design, Effects, simulate
from studies.analysis.votes import Votes

TRUE = Spread(tie_rate=0.17, dialogue=0.04, pair=0.05, rater=0.01, writer=0.01)


def votes_of(design: Design, effects: Effects, seed: int = 1) -> Votes:
    return simulate(design, effects, np.random.default_rng(seed)).votes


def test_the_components_of_many_studies_are_right_on_average() -> None:
    """40 studies of 1,800 votes; three standard errors of the mean, as measured: at most 0.004."""
    design = design_of(Plan(200, 3, 3, 20, 20))
    found = [components_of(votes_of(design, effects_of(TRUE), seed)) for seed in range(40)]

    for name in COMPONENTS:
        mean = np.mean([one.estimates[name].value for one in found])
        assert mean == pytest.approx(getattr(TRUE, name), abs=0.004), name
    assert np.mean([one.tie_rate for one in found]) == pytest.approx(0.17, abs=0.005)


def test_votes_with_nothing_in_common_have_no_components_and_no_design_effect() -> None:
    effects = Effects(human=0.1, spread=0.0, dialogue=0, rater=0, writer=0)
    found = components_of(votes_of(design_of(Plan(400, 3, 3, 20, 40)), effects))

    for name in COMPONENTS:
        assert found.estimates[name].value == pytest.approx(0.0, abs=0.006), name
    assert found.design_effect == pytest.approx(1.0, abs=0.4)


def test_what_votes_cannot_tell_is_said() -> None:
    """Two dialogues, each rated once by another person."""
    found = components_of(votes_of(Design(2, 1, 2, 1, 2, 0), Effects()))

    assert {name: one.value for name, one in found.estimates.items()} == dict.fromkeys(COMPONENTS)
    assert all(one.undefined for one in found.estimates.values())
    assert found.spread == Spread(found.tie_rate, 0, 0, 0, 0)


def test_writers_who_are_unknown_leave_their_part_to_dialogues() -> None:
    votes = votes_of(design_of(Plan(300, 3, 3, 20, 20)), effects_of(TRUE))
    unknown = components_of(replace(votes, writer=np.full(len(votes), -1, dtype=np.int32)))
    known = components_of(votes)

    assert unknown.estimates["writer"].value is None
    assert total(unknown) == pytest.approx(total(known), abs=0.002)


def total(found: Components) -> float:
    return sum(found.estimates[name].value or 0.0 for name in ("writer", "dialogue", "pair"))


def test_all_ties_differ_by_nothing() -> None:
    found = components_of(votes_of(design_of(Plan(30, 2, 3, 20, 5)), Effects(tie=50.0, strong=60.0)))

    assert found.tie_rate == 1.0
    assert found.share.value == 0.5
    assert found.design_effect is None
    assert [one.value for one in found.estimates.values()] == [0.0] * 4


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """30 studies × dialogue and rater: of 60 intervals at 95 %, fewer than 51 have a chance under 0.001."""
    design = design_of(Plan(150, 2, 3, 20, 20))
    held = 0
    for seed in range(30):
        found = components_of(votes_of(design, effects_of(TRUE), 100 + seed)).estimates
        for name in ("dialogue", "rater"):
            one = found[name]
            assert one.low is not None
            assert one.high is not None
            held += one.low <= getattr(TRUE, name) <= one.high
    assert held >= 51


def test_few_clusters_give_a_value_without_an_interval() -> None:
    found = components_of(votes_of(design_of(Plan(40, 2, 4, 40, 3)), effects_of(TRUE)))

    writer = found.estimates["writer"]
    assert writer.value is not None
    assert writer.undefined == "Fewer than 5 writers give no interval."
