from __future__ import annotations

import numpy as np
import pytest

from studies.analysis.preference.comparing import Compared
from studies.analysis.results import Estimate
from studies.analysis.votes import Votes
from tests.studies.analysis.preference.answers import votes


def over_models(cast: Votes) -> Estimate:
    pairs = Compared(cast, systems=int(cast.b.max()) + 1, dimensions=1)
    return pairs.over_models(np.ones(len(cast), dtype=bool)).estimate(0)


def test_models_with_one_answer_each_have_no_interval_and_say_why() -> None:
    """16 models, a vote each, 7 of them for people: this varies, and nothing says how much."""
    found = over_models(votes(value=[-1] * 7 + [1] * 9, b=range(1, 17), dialogue=range(16), source=range(16)))

    assert (found.value, found.low, found.se) == (7 / 16, None, None)
    assert found.undefined == (
        "Some model has all its answers from a single dialogue, so how far these vary cannot be told, and no "
        "interval for all models either."
    )


def test_one_model_with_one_answer_is_enough() -> None:
    cast = votes(value=[-1, 1, -1, 1, -1], b=[1, 1, 1, 1, 2], dialogue=range(5), source=range(5))

    assert over_models(cast).undefined.startswith("Some model has all its answers from a single dialogue")
    assert over_models(cast.take(cast.b == 1)).low is not None


def test_few_answers_a_model_have_the_variance_of_a_stratified_mean() -> None:
    """Two models, two dialogues each: s² is ½ for one and 0 for the other, so (½/2 + 0/2) / 2² = 1/16."""
    cast = votes(value=[-1, 1, -1, -1], b=[1, 1, 2, 2], dialogue=range(4), source=range(4))

    assert over_models(cast).se == pytest.approx(1 / 4)


def test_a_rater_with_a_model_of_their_own_is_said() -> None:
    cast = votes(value=[-1, 1, -1, 1], b=[1, 1, 2, 2], dialogue=range(4), source=[0, 0, 1, 1])

    assert over_models(cast).undefined.startswith("Some model has all its answers from a single rater")
    assert over_models(votes(value=[-1, 1, -1, 1], b=[1, 1, 2, 2], dialogue=range(4))).low is not None


def test_models_that_all_dialogues_and_raters_have_alike_are_as_before() -> None:
    """Every cluster holds the same part of each model as of all: nothing to make up for."""
    rng = np.random.default_rng(1)
    dialogue, source, b = (codes.ravel() for codes in np.meshgrid(range(4), range(3), range(1, 3)))
    cast = votes(value=rng.integers(-1, 2, 24), b=b, dialogue=dialogue, source=source)
    pairs = Compared(cast, systems=3, dimensions=1)
    shares = pairs.over_models(np.ones(24, dtype=bool))
    score = cast.score - np.where(b == 1, cast.score[b == 1].mean(), cast.score[b == 2].mean())

    assert shares.outcomes.influence[:, 0] == pytest.approx(score / 24)
