from __future__ import annotations

import numpy as np
import pytest

from studies.analysis.clustering import Floats
from studies.analysis.clusters import Clusters
from studies.analysis.preference.outcomes import DECISIVE, LOSSES, SHARE, TIES, WINS, Outcomes, outcomes
from studies.analysis.votes import Votes
from tests.studies.analysis.preference.answers import votes


def whole(cast: Votes) -> Outcomes:
    """All votes as one cell of one group."""
    one = np.zeros(len(cast), dtype=np.int64)
    return outcomes(cast, np.ones(len(cast), dtype=bool), one, np.zeros(1, dtype=np.int64), 1)


def share_of(cast: Votes) -> float:
    """The mean over models of the mean over writers of the weighted mean score, told slowly."""
    by_model = []
    for model in np.unique(cast.b):
        by_writer = []
        for writer in np.unique(cast.writer[cast.b == model]):
            at = (cast.b == model) & (cast.writer == writer)
            by_writer.append(np.average(cast.score[at], weights=cast.weight[at]))
        by_model.append(np.mean(by_writer))
    return float(np.mean(by_model))


def cast_at_random(seed: int = 4, size: int = 90) -> Votes:
    rng = np.random.default_rng(seed)
    draw = rng.integers
    return votes(
        dialogue=draw(0, 15, size), source=draw(0, 8, size), writer=draw(0, 5, size), b=draw(1, 4, size),
        value=draw(-2, 3, size), weight=rng.choice([1, 2], size),
    )  # fmt: skip


def test_writers_count_the_same_whatever_the_number_of_their_votes() -> None:
    """w0 wins all three, w1 ties once: (1 + ½) / 2, and not 3½ of 4."""
    found = whole(votes(value=[-1, -2, -1, 0], writer=[0, 0, 0, 1]))

    assert found.values[0].tolist() == [0.75, 0.5, 0.5, 0.0, 1.0]


def test_votes_without_a_writer_are_one_writer_together() -> None:
    cast = votes(value=[-1, 1, 1, 1], writer=[0, -1, -1, -1])

    assert whole(cast).values[0, SHARE] == 0.5


def test_models_count_the_same_and_those_without_votes_not_at_all() -> None:
    cast = votes(value=[-1, -1, -1, 1], b=[1, 1, 1, 2])
    rows = np.ones(4, dtype=bool)
    found = outcomes(cast, rows, cast.b.astype(np.int64), np.zeros(4, dtype=np.int64), 1)

    assert found.values[0, [SHARE, WINS, TIES, LOSSES, DECISIVE]].tolist() == [0.5, 0.5, 0.0, 0.5, 0.5]


def test_all_ties_are_half_with_nothing_to_say_without_ties() -> None:
    cast = votes(value=[0, 0])
    found = whole(cast)

    assert found.values[0, :4].tolist() == [0.5, 0.0, 1.0, 0.0]
    assert np.isnan(found.values[0, DECISIVE])


def test_leaving_out_writers_one_at_a_time_gives_the_same_variance_exactly() -> None:
    """One model, so one cell. G − 1 times the mean squared deviation is the jackknife's variance."""
    cast = cast_at_random()
    cast = cast.take(cast.b == 1)
    found = whole(cast)
    left = np.array([share_of(cast.take(cast.writer != writer)) for writer in range(5)])
    jackknife = 4 / 5 * ((left - left.mean()) ** 2).sum()
    spread = Clusters({"writer": cast.writer}, np.zeros(len(cast), dtype=np.int32), 1)

    assert found.values[0, SHARE] == pytest.approx(share_of(cast), abs=1e-12)
    variance = spread.spread(found.influence, np.ones(len(cast), dtype=bool)).variance[0, SHARE]
    assert variance == pytest.approx(jackknife, rel=1e-10)


def test_without_writers_influences_are_the_derivative_by_the_weight_of_each_vote() -> None:
    """The infinitesimal jackknife, numerically: w·dθ/dw, for all models and for the share without ties."""
    cast = cast_at_random()
    nobody = np.full(len(cast), -1, dtype=np.int32)
    rows, owner = np.ones(len(cast), dtype=bool), np.zeros(4, dtype=np.int64)

    def values(weight: Floats) -> Floats:
        plain = Votes(
            cast.dialogue, cast.pair, cast.dimension, cast.source, nobody, cast.a, cast.b, cast.value,
            cast.a_first, weight, cast.row,
        )  # fmt: skip
        return np.asarray(outcomes(plain, rows, cast.b.astype(np.int64), owner, 1).values[0])

    step = 1e-6
    for vote in range(0, len(cast), 7):
        more, less = cast.weight.copy(), cast.weight.copy()
        more[vote] *= 1 + step
        less[vote] *= 1 - step
        slope = (values(more) - values(less)) / (2 * step)
        plain = Votes(
            cast.dialogue, cast.pair, cast.dimension, cast.source, nobody, cast.a, cast.b, cast.value,
            cast.a_first, cast.weight, cast.row,
        )  # fmt: skip
        influence = outcomes(plain, rows, cast.b.astype(np.int64), owner, 1).influence[vote]
        assert influence == pytest.approx(slope, abs=1e-8)


def test_influences_add_up_to_nothing_and_shares_to_one() -> None:
    cast = cast_at_random()
    rows = np.ones(len(cast), dtype=bool)
    found = outcomes(cast, rows, cast.b.astype(np.int64), np.zeros(4, dtype=np.int64), 1)

    assert found.values[0, SHARE] == pytest.approx(share_of(cast), abs=1e-12)
    assert found.values[0, [WINS, TIES, LOSSES]].sum() == pytest.approx(1.0)
    assert found.influence.sum(axis=0) == pytest.approx(np.zeros(5), abs=1e-12)
