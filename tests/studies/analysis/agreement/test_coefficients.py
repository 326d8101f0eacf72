"""Coefficients of agreement: equal to other libraries', and to what others published."""

from collections import Counter
from typing import Literal

import evalica
import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from statsmodels.stats import inter_rater

from studies.analysis.agreement.coefficients import COEFFICIENTS, coefficients_of, cohen_kappa
from studies.analysis.agreement.counted import Counted, Floats
from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.results import Estimate
from tests.studies.analysis.published.reading import pandalm, sample_of


def named(sample: Counted) -> dict[str, Estimate]:
    found = coefficients_of(sample)
    return {one.key: estimate for one, estimate in zip(COEFFICIENTS, found, strict=True)}


def value(sample: Counted, key: str) -> float:
    found = named(sample)[key].value
    assert found is not None
    return found


def drawn(pairs: int, raters: int, *, missing: float, seed: int = 7) -> Floats:
    """Ratings 0 to 4 that hang together, some of them missing."""
    rng = np.random.default_rng(seed)
    ratings = np.clip(np.round(rng.normal(2, 1, (pairs, 1)) + rng.normal(0, 0.8, (pairs, raters))), 0, 4)
    ratings[rng.random(ratings.shape) < missing] = np.nan
    return np.asarray(ratings)


@pytest.mark.parametrize("missing", [0.0, 0.7])
@pytest.mark.parametrize("distance", ["nominal", "ordinal"])
def test_alpha_equals_a_reference_library(missing: float, distance: Literal["nominal", "ordinal"]) -> None:
    ratings = drawn(400, 20, missing=missing)
    expected = evalica.alpha(pd.DataFrame(ratings.T), distance).alpha
    assert value(sample_of(ratings, (0, 1, 2, 3, 4)), f"alpha_{distance}") == pytest.approx(
        expected, abs=1e-9
    )


def test_fleiss_kappa_equals_statsmodels_where_all_pairs_have_as_many_votes() -> None:
    ratings = drawn(300, 6, missing=0.0)
    sample = sample_of(ratings, (0, 1, 2, 3, 4))
    assert value(sample, "fleiss_kappa") == pytest.approx(inter_rater.fleiss_kappa(sample.counts), abs=1e-12)


def test_cohen_kappa_equals_statsmodels() -> None:
    ratings = drawn(300, 2, missing=0.0).astype(int)
    table = np.zeros((5, 5))
    np.add.at(table, (ratings[:, 0], ratings[:, 1]), 1)
    assert cohen_kappa(table) == pytest.approx(inter_rater.cohens_kappa(table).kappa, abs=1e-12)


def test_pandalm_comes_out_as_published() -> None:
    people, model = pandalm()
    labels = np.array(people)
    for (first, second), published in {(0, 1): 0.8520, (0, 2): 0.8789, (1, 2): 0.8617}.items():
        table = np.zeros((3, 3))
        np.add.at(table, (labels[:, first], labels[:, second]), 1)
        assert round(cohen_kappa(table), 4) == published
    counts = sample_of(labels.astype(float), (0, 1, 2)).counts
    majority = np.where(counts.max(axis=1) > 1, counts.argmax(axis=1), 0)  # three labels: no difference
    assert Counter(majority.tolist()) == {0: 105, 1: 422, 2: 472}
    assert round(100 * float((majority == np.array(model)).mean()), 2) == 66.77


def test_pandalm_by_all_three_people() -> None:
    people, _model = pandalm()
    found = named(sample_of(np.array(people, dtype=float), (0, 1, 2)))
    assert round(found["raw"].value or 0, 5) == 0.91992
    assert round(found["gwet_ac1"].value or 0, 5) == 0.88644
    assert round(found["fleiss_kappa"].value or 0, 5) == 0.86418
    alpha = found["alpha_nominal"]
    assert alpha.low == pytest.approx(0.843, abs=0.003)  # a bootstrap of whole pairs, to its own noise
    assert alpha.high == pytest.approx(0.887, abs=0.003)
    assert dict(alpha.clusters) == {"dialogue": 999}  # three raters are too few to stand for others


def test_ac2_with_two_labels_is_ac1() -> None:
    sample = sample_of((drawn(200, 5, missing=0.3) > 2).astype(float), (0, 1))
    assert value(sample, "gwet_ac2") == pytest.approx(value(sample, "gwet_ac1"), abs=1e-12)


def test_ac2_of_gwets_ordinal_weights_by_hand() -> None:
    # Two pairs, two raters, labels 0 1 2: (0, 0) and (0, 2). Weighted agreement ½ (1 + 0). Shares ¾, 0, ¼:
    # Σ π (1 − π) = 3/8; the weights 1, ⅔, 0 add up to 3 + 4 · ⅔ = 17/3; chance 17/3 / 6 · 3/8 = 17/48.
    sample = sample_of(np.array([[0.0, 0.0], [0.0, 2.0]]), (0, 1, 2))
    assert value(sample, "gwet_ac2") == pytest.approx((1 / 2 - 17 / 48) / (1 - 17 / 48), abs=1e-12)


def test_leaving_out_a_pair_means_computing_it_again() -> None:
    """The interval's standard error is the jackknife's, done the slow way."""
    ratings = drawn(60, 4, missing=0.2)
    sample = sample_of(ratings, (0, 1, 2, 3, 4))
    again = np.array(
        [
            value(sample_of(np.delete(ratings, one, axis=0), sample.labels), "alpha_ordinal")
            for one in range(60)
        ]
    )
    expected = np.sqrt(((again - again.mean()) ** 2).sum() * 59 / 60)
    assert named(sample)["alpha_ordinal"].se == pytest.approx(expected, rel=1e-9)


def test_everybody_says_the_same() -> None:
    found = named(sample_of(np.ones((5, 3)), (-1, 0, 1)))
    assert found["raw"].value == 1.0
    assert found["gwet_ac1"].value == 1.0
    assert (found["raw"].low, found["raw"].undefined) == (None, NOTHING_VARIES)
    assert (found["gwet_ac1"].low, found["gwet_ac1"].undefined) == (None, NOTHING_VARIES)
    assert found["fleiss_kappa"].value is None
    assert found["alpha_ordinal"].value is None
    assert found["alpha_nominal"].undefined == "No pair has the answers that this needs."


def test_everybody_agrees_on_labels_that_differ() -> None:
    found = named(sample_of(np.repeat([[1.0], [0.0], [-1.0], [1.0]], 6, axis=1), (-1, 0, 1)))
    for one in found.values():
        assert (one.value, one.low, one.se, one.undefined) == (1.0, None, None, NOTHING_VARIES)


def test_one_rater_or_one_dialogue() -> None:
    alone = named(sample_of(np.array([[1.0], [0.0]]), (-1, 0, 1)))["raw"]
    assert (alone.value, alone.n) == (None, 0)
    single = named(sample_of(np.array([[1.0, 1.0, -1.0]]), (-1, 0, 1)))["raw"]
    assert single.value == pytest.approx(1 / 3)
    assert single.undefined == "An interval needs at least two dialogues; there is 1."
