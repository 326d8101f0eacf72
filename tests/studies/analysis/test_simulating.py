"""Simulated studies: the same draws as ever, and shares that are the truth's."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from studies.analysis.evidence import Options, read_evidence
from studies.analysis.simulating import Design, Effects, lay_out, simulate, truth_of, write_verdicts

PANEL = Design(
    dialogues=20,
    models=2,
    raters=15,
    ratings_per_pair=15,
    writers=4,
    adversarial=3,
    models_too=True,
    dimensions=("overall", "x"),
)


@pytest.mark.parametrize(
    ("design", "digest"),
    [(Design(), "f7c70b9cc293b19b"), (PANEL, "d28b467cd10d9912")],
)
def test_the_same_generator_gives_the_same_table(design: Design, digest: str, tmp_path: Path) -> None:
    """Whole numbers only: the same on every platform."""
    effects = Effects(position=0.1, adversarial=0.3)
    write_verdicts(simulate(design, effects, np.random.default_rng(5)), tmp_path / "v.csv")

    assert hashlib.sha256((tmp_path / "v.csv").read_bytes()).hexdigest()[:16] == digest


def test_a_written_study_is_read_as_it_was_simulated(tmp_path: Path) -> None:
    simulated = simulate(PANEL, Effects(), np.random.default_rng(1))
    write_verdicts(simulated, tmp_path / "verdicts.csv")
    read = read_evidence(tmp_path / "verdicts.csv", Options(human=("human",))).raters
    assert read is not None

    assert len(read) == len(simulated.votes) == 20 * 3 * 15 * 2
    for name in ("a", "b", "value", "a_first", "dialogue", "writer"):
        assert np.array_equal(getattr(read, name), getattr(simulated.votes, name)), name


def test_everybody_rates_as_many_pairs_and_dialogues_have_one_writer() -> None:
    layout = lay_out(Design(), np.random.default_rng(3))

    assert set(np.bincount(layout.rater)) == {18}
    by_dialogue = {d: set(layout.writer[layout.dialogue == d]) for d in range(300)}
    assert all(len(writers) == 1 for writers in by_dialogue.values())
    assert layout.adversarial.sum() == 20


def test_a_pairs_own_effect_draws_shares_toward_one_half() -> None:
    plain, with_pairs = (truth_of(Design(models=1), Effects(human=1, pair=pair)) for pair in (0.0, 2.0))

    assert with_pairs.human_vs_models < plain.human_vs_models
    simulated = simulate(
        Design(dialogues=4000, models=1), Effects(human=1, pair=2.0), np.random.default_rng(2)
    )
    # 12,000 votes of 4,000 dialogues: a standard error of 0.7 points at the most.
    assert simulated.votes.score.mean() == pytest.approx(with_pairs.human_vs_models, abs=0.02)
