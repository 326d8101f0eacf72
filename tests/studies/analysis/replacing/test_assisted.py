"""Judge-assisted estimates: right whatever the judge, and narrower than raters alone."""

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.clustering import covariance
from studies.analysis.preference.sections import SECTIONS as PREFERENCE
from studies.analysis.replacing.assisted import Drawn, assisted, influences, means, power_tuned
from studies.analysis.replacing.drawing import drawn_pairs
from studies.analysis.simulating import Design, Effects, simulate, truth_of
from tests.studies.analysis.tables import Row, answer, evidence_of, rows_of, value

DESIGN = Design(400, 3, 200, 2, 400, adversarial=0)
EFFECTS = Effects(human=0.0, dialogue=1.2, rater=0.2, writer=0.0)


def drawn(rng: np.random.Generator, *, share: float = 0.25, bias: float = 0.15) -> Drawn:
    """A study of which raters answered some pairs, and a judge all: much like them, but biased to models."""
    votes = simulate(DESIGN, EFFECTS, rng).votes
    pairs = DESIGN.dialogues * DESIGN.models
    judged = votes.score.reshape(pairs, 2)[:, 1] * (1 - bias)
    votes = votes.take(np.arange(len(votes)) % 2 == 0)
    chosen = rng.random(pairs) < share
    first = votes.take(np.arange(pairs))
    mine = chosen[votes.pair]
    return Drawn(
        votes.score[mine],
        votes.pair[mine].astype(np.intp),
        votes.source[mine],
        judged,
        np.full(pairs, share),
        first.dialogue,
        first.writer,
        first.b,
    )


def test_power_tuning_is_where_the_variance_is_smallest() -> None:
    study = drawn(np.random.default_rng(1))
    ways = {
        "dialogue": np.concatenate([study.dialogue[study.unit], study.dialogue]),
        "writer": np.concatenate([study.writer[study.unit], study.writer]),
    }
    matrix = covariance(influences(study), ways)[0]
    tried = np.linspace(0, 1, 10_001)
    variance = matrix[0, 0] - 2 * tried * matrix[0, 1] + tried**2 * matrix[1, 1]
    assert power_tuned(matrix) == pytest.approx(float(tried[variance.argmin()]), abs=1e-4)
    assert 0.05 < power_tuned(matrix) < 0.95


def test_power_tuning_is_that_of_the_paper_where_nothing_hangs_together() -> None:
    rng = np.random.default_rng(2)
    size, rated = 4000, 1000
    truth = rng.random(size) < 0.5
    judged = np.where(rng.random(size) < 0.8, truth, ~truth).astype(float)
    unit = np.arange(rated)
    alone = np.arange(size, dtype=np.int32)
    study = Drawn(
        truth[:rated].astype(float), unit, alone[:rated], judged, np.full(size, 0.25), alone, alone, 0 * alone
    )
    found = assisted(study)
    y, f = truth[:rated].astype(float), judged[:rated]
    tuned = np.cov(y, f)[0, 1] / ((1 + rated / (size - rated)) * judged.var(ddof=1))
    # They tune for a judge's mean over the pairs that nobody rated, here it is over all: λ · (N + n) / N.
    assert found.weight == pytest.approx(tuned * size / (size - rated), rel=0.02)
    theirs = y.mean() - tuned * (f.mean() - judged[rated:].mean())
    assert found.assisted.value == pytest.approx(theirs, abs=1e-3)


def test_it_covers_and_gains_and_the_judge_alone_does_not() -> None:
    """95 in 100 within three standard errors of what 200 studies can tell (1.5 points each)."""
    rng = np.random.default_rng(3)
    truth = truth_of(DESIGN, EFFECTS).human_vs_models
    covered, gains = np.zeros(3), []
    for _study in range(200):
        found = assisted(drawn(rng))
        for place, one in enumerate((found.raters, found.assisted, found.judge)):
            assert one.low is not None
            assert one.high is not None
            covered[place] += one.low <= truth <= one.high
        gains.append(found.gain)
    assert 0.95 - 0.046 <= covered[0] / 200 <= 0.95 + 0.046
    assert 0.95 - 0.046 <= covered[1] / 200 <= 0.95 + 0.046
    assert covered[2] / 200 < 0.2
    assert np.mean(gains) > 1.05


def test_unequal_chances_are_weighed() -> None:
    """Pairs on which raters prefer people were drawn more often; weighing puts that right."""
    size = 2000
    score = np.repeat([1.0, 0.0], size // 2)
    chance = np.repeat([0.8, 0.2], size // 2)
    unit = np.flatnonzero(np.random.default_rng(5).random(size) < chance)
    alone = np.arange(size, dtype=np.int32)
    study = Drawn(score[unit], unit, alone[unit], np.full(size, 0.5), chance, alone, alone, 0 * alone)
    assert score[unit].mean() == pytest.approx(0.8, abs=0.03)
    assert means(study)[0] == pytest.approx(0.5, abs=0.03)
    found = assisted(study)
    assert (found.weight, found.gain) == (0.0, 1.0)  # a judge who always says the same adds nothing


def test_it_is_the_number_of_the_headline_however_uneven_models_and_writers_are(tmp_path: Path) -> None:
    """Model one has 120 pairs, model two 40; ada wrote 100 and 10 of them, and is preferred more."""
    rows: list[Row] = []
    for number in range(160):
        model, writer = (
            ("one", "ada" if number < 100 else "bo")
            if number < 120
            else ("two", "ada" if number < 130 else "bo")
        )
        both = {
            "dialogue": f"d{number}", "pair": f"p{number}", "system_second": model, "writer_first": writer,
            "writer_second": "",
        }  # fmt: skip
        said = -1 if number < 90 or number in (100, 101, *range(120, 126)) else 1
        rows += [answer(said, **both), answer(1, source_kind="judge", source="j", **both)]
    evidence = evidence_of(tmp_path, rows)
    assert evidence.judged is not None
    study = drawn_pairs(evidence, evidence.judged, "overall", np.full(160, 0.5))
    assert isinstance(study, Drawn)
    expected = ((90 / 100 + 2 / 20) / 2 + (6 / 10 + 0 / 30) / 2) / 2
    headline = rows_of(PREFERENCE[0](evidence), "preference")[0]["share"]
    assert value(headline) == pytest.approx(expected)
    assert value(assisted(study).raters) == pytest.approx(expected)
    assert value(assisted(study).assisted) == pytest.approx(expected)
    assert assisted(study).raters.se == pytest.approx(headline.se, rel=0.1)  # type: ignore[union-attr]
