"""Votes of raters, of a judge who saw both orders, and of a jury."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies.analysis.votes import Votes, evenly, judges_in, jury_of, settled, votes_at
from tests.studies.analysis.tables import verdicts_of

TURNED = {"system_first": "model-a", "system_second": "human"}


def judge(name: str, value: int, **more: Any) -> dict[str, Any]:
    """A verdict in the order AB: below 0 the person's reply is better."""
    return {"source_kind": "judge", "source": name, "value_shown": value, **more}


def turned(name: str, value: int, **more: Any) -> dict[str, Any]:
    """The same verdict, given in the order BA."""
    return judge(name, -value, **TURNED, **more)


def votes_of(tmp_path: Path, rows: list[dict[str, Any]]) -> Votes:
    verdicts = verdicts_of(tmp_path, rows)
    return votes_at(verdicts, np.ones(len(verdicts), dtype=bool))


def test_a_vote_for_the_first_of_a_pair_scores_one_and_a_tie_half(tmp_path: Path) -> None:
    votes = votes_of(tmp_path, [{"value_shown": -2}, {"value_shown": 0}, {"value_shown": 1}])
    assert votes.score.tolist() == [1.0, 0.5, 0.0]


def test_the_writer_is_that_of_the_one_human_reply(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"writer_first": "w1"},
        {"system_first": "model-a", "system_second": "model-b", "writer_first": "", "pair": "p2"},
    ]
    assert votes_of(tmp_path, rows).writer.tolist() == [0, -1]


def test_both_orders_of_a_judge_share_one_weight(tmp_path: Path) -> None:
    votes = evenly(votes_of(tmp_path, [judge("x", -1), turned("x", -1), judge("y", 1)]))
    assert votes.weight.tolist() == [0.5, 0.5, 1.0]


def test_orders_that_agree_settle_and_orders_that_differ_are_a_tie(tmp_path: Path) -> None:
    rows = [judge("x", -2), turned("x", -1), judge("y", -1), turned("y", 1), judge("z", 1)]
    votes = settled(votes_of(tmp_path, rows))
    assert votes.value.tolist() == [-1, 0, 1]


def test_no_difference_in_one_order_is_no_preference_in_both(tmp_path: Path) -> None:
    assert settled(votes_of(tmp_path, [judge("x", -1), turned("x", 0)])).value.tolist() == [0]


def test_several_answers_in_an_order_count_as_one(tmp_path: Path) -> None:
    rows = [judge("x", -1), judge("x", -1), judge("x", 1), turned("x", -1)]
    assert settled(votes_of(tmp_path, rows)).value.tolist() == [-1]


def test_the_jury_is_the_majority_of_its_judges(tmp_path: Path) -> None:
    rows = [judge(name, value) for name, value in (("x", -1), ("y", -1), ("z", 1))]
    jury = jury_of(votes_of(tmp_path, rows))
    assert (jury.value.tolist(), jury.source.tolist(), jury.weight.tolist()) == ([-1], [-1], [1.0])


def test_one_for_each_side_and_a_tie_is_a_tie(tmp_path: Path) -> None:
    rows = [judge(name, value) for name, value in (("x", -1), ("y", 0), ("z", 1))]
    assert jury_of(votes_of(tmp_path, rows)).value.tolist() == [0]


def test_a_single_judge_is_no_jury(tmp_path: Path) -> None:
    rows = [judge("x", -1), turned("x", -1), judge("x", -1, pair="p2"), judge("y", -1, pair="p2")]
    jury = jury_of(votes_of(tmp_path, rows))
    assert jury.pair.tolist() == [1]


def test_dimensions_are_settled_apart(tmp_path: Path) -> None:
    rows = [judge("x", -1), judge("x", 1, dimension="resonance")]
    assert settled(votes_of(tmp_path, rows)).value.tolist() == [-1, 1]


def test_judges_are_known_by_name(tmp_path: Path) -> None:
    verdicts = verdicts_of(tmp_path, [judge("y", 1), judge("x", 1), {"source": "judge z"}])
    assert judges_in(verdicts) == ["x", "y"]


@pytest.mark.parametrize(("second", "writer"), [("w1", 0), ("w2", -1), ("", -1)])
def test_two_peoples_replies_have_a_writer_where_it_is_one(tmp_path: Path, second: str, writer: int) -> None:
    row = {"system_second": "person", "writer_first": "w1", "writer_second": second}
    verdicts = verdicts_of(tmp_path, [row], human=("human", "person"))
    assert votes_at(verdicts, verdicts.by_rater).writer.tolist() == [writer]
