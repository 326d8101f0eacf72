from __future__ import annotations

from pathlib import Path

import numpy as np

from studies.analysis.preference.best import best_of, replies_of
from tests.studies.analysis.preference.answers import read, votes


def test_the_best_reply_is_chosen_by_the_other_raters() -> None:
    """Replies 0 and 1 against one model. Rater 2 alone likes reply 1, so the others' choice is reply 0.

    For rater 0 the others say reply 0: 1 and 0, reply 1: 0 and 1 (a tie, ½ each); the same for rater 1. For
    rater 2 they say reply 0: 1 and 1, reply 1: 0 and 0.
    """
    cast = votes(value=[-1, 1, -1, 1, 1, -1], source=[0, 0, 1, 1, 2, 2])
    best = best_of(cast, np.array([0, 1, 0, 1, 0, 1], dtype=np.int32))

    assert best.row.tolist() == [0, 1, 2, 3, 4]
    assert best.weight.tolist() == [0.5, 0.5, 0.5, 0.5, 1.0]


def test_one_rater_cannot_choose_for_himself() -> None:
    cast = votes(value=[-1, 1], source=[0, 0])

    assert len(best_of(cast, np.array([0, 1], dtype=np.int32))) == 0


def test_replies_to_other_dialogues_and_models_are_not_compared() -> None:
    cast = votes(value=[-1] * 4, source=[0, 1, 0, 1], dialogue=[0, 0, 1, 1])

    assert len(best_of(cast, np.array([0, 0, 1, 1], dtype=np.int32))) == 0


def test_replies_are_known_by_name_or_else_by_who_wrote_them(tmp_path: Path) -> None:
    rows = [
        {"writer_first": "w1", "response_first": "d1/person/1", "response_second": "d1/model/1"},
        {"writer_first": "w1", "response_first": "d1/person/2", "response_second": "d1/model/1", "source":
        "r2"},
    ]  # fmt: skip
    named = read(tmp_path, rows)
    assert named.verdicts is not None
    assert named.raters is not None
    assert len(set(replies_of(named.verdicts, named.raters).tolist())) == 2

    plain = read(tmp_path, [{"source": "r1"}, {"source": "r2"}, {"source": "r3", "writer_first": "w2"}])
    assert plain.verdicts is not None
    assert plain.raters is not None
    assert replies_of(plain.verdicts, plain.raters).tolist() == [0, 0, 1]
