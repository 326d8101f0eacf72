"""What is counted in two replies, and what speaks for one of them."""

import math
from pathlib import Path

import numpy as np
import pytest

from studies.analysis.ranking.style import differences, missing, style_of_pairs
from tests.studies.analysis.ranking.study_made import study_made
from tests.studies.analysis.ranking.votes_made import votes_made


def test_length_and_marks_by_hand() -> None:
    style = np.array([[[10, 2, 0], [40, 0, 0]], [[50, 0, 3], [10, 0, 1]]], dtype=float)
    found = differences(votes_made([(0, 1, 0), (0, 1, 0)]), style)
    root = math.sqrt((30**2 + 40**2) / 2)
    assert found[0].tolist() == pytest.approx([math.tanh(-30 / root), 1.0, 0.0])
    assert found[1].tolist() == pytest.approx([math.tanh(40 / root), 0.0, 0.5])


def test_replies_of_equal_length_have_no_difference() -> None:
    style = np.array([[[10, 0, 0], [10, 0, 0]]], dtype=float)
    assert differences(votes_made([(0, 1, 0)]), style).tolist() == [[0.0, 0.0, 0.0]]


def test_unknown_replies_are_told_by_nan() -> None:
    style = np.array([[[10, 0, 0], [np.nan] * 3], [[12, 0, 0], [10, 0, 0]]], dtype=float)
    found = differences(votes_made([(0, 1, 0), (0, 1, 0)]), style)
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == pytest.approx([math.tanh(1.0), 0.0, 0.0])


def test_texts_are_counted_for_the_right_side(tmp_path: Path) -> None:
    evidence = study_made(tmp_path)
    assert evidence.verdicts is not None
    found = style_of_pairs(evidence, evidence.verdicts)
    table = evidence.tables["responses.csv"]
    texts = dict(zip(table["response"].texts(), table["text"].texts(), strict=True))
    row = int(np.flatnonzero(~evidence.verdicts.a_first)[0])
    name = evidence.verdicts.table["response_second"].texts()[row]  # a is people's, shown second here
    text = texts[name]
    expected = [len(text.split()), text.count("- one"), text.count("?")]
    assert "/human/" in name
    assert found[evidence.verdicts.pair.codes[row], 0].tolist() == expected


def test_without_texts_it_is_said_what_is_missing(tmp_path: Path) -> None:
    assert missing(study_made(tmp_path, texts=False)).startswith("responses.csv with the replies' texts")
