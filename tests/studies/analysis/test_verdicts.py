"""Verdicts are turned so that a pair is the same pair for everybody, whatever side it was shown on."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.analysis.reading import CannotRead
from studies.analysis.verdicts import refuse_confused
from tests.studies.analysis.tables import verdicts_of


def test_people_come_first_whatever_their_name(tmp_path: Path) -> None:
    rows = [
        {"system_first": "zoe", "system_second": "alpha"},
        {"system_first": "mid", "system_second": "zoe"},
    ]
    verdicts = verdicts_of(tmp_path, rows, human=("zoe",))
    assert (verdicts.systems, verdicts.humans) == (("zoe", "alpha", "mid"), 1)


def test_both_orders_of_a_pair_are_the_same_pair_turned(tmp_path: Path) -> None:
    verdicts = verdicts_of(
        tmp_path,
        [
            {"value_shown": -2},
            {"system_first": "model-a", "system_second": "human", "value_shown": 2},
            {"value_shown": 0},
        ],
    )
    assert verdicts.a.tolist() == [0, 0, 0]
    assert verdicts.b.tolist() == [1, 1, 1]
    assert verdicts.value.tolist() == [-2, -2, 0]
    assert verdicts.a_first.tolist() == [True, False, True]


def test_writers_turn_with_their_replies(tmp_path: Path) -> None:
    verdicts = verdicts_of(
        tmp_path,
        [
            {"writer_first": "w1", "writer_second": ""},
            {"system_first": "model-a", "system_second": "human", "writer_first": "", "writer_second": "w0"},
        ],
    )
    assert verdicts.writers == ("w0", "w1")
    assert verdicts.writer_a.tolist() == [1, 0]
    assert verdicts.writer_b.tolist() == [-1, -1]


def test_the_same_pair_name_in_two_dialogues_is_two_pairs(tmp_path: Path) -> None:
    verdicts = verdicts_of(tmp_path, [{"dialogue": "d1"}, {"dialogue": "d2"}, {"dialogue": "d1"}])
    assert verdicts.pair.codes.tolist() == [0, 1, 0]


def test_a_rater_and_a_judge_of_one_name_are_two_sources(tmp_path: Path) -> None:
    verdicts = verdicts_of(tmp_path, [{"source": "x"}, {"source": "x", "source_kind": "judge"}])
    assert verdicts.source.labels == ("judge x", "rater x")


def test_the_primary_rows_are_main_and_first(tmp_path: Path) -> None:
    verdicts = verdicts_of(
        tmp_path,
        [
            {"kind": "main", "occasion": 1, "excluded": 0},
            {"kind": "repeat", "occasion": 2, "excluded": 0},
            {"kind": "decoy", "occasion": 1, "excluded": 0},
            {"kind": "main", "occasion": 1, "excluded": 1},
        ],
    )
    assert verdicts.main.tolist() == [True, False, False, True]
    assert verdicts.excluded.tolist() == [False, False, False, True]


def test_a_table_without_those_columns_is_all_main(tmp_path: Path) -> None:
    verdicts = verdicts_of(tmp_path, [{}, {"source": "r2"}])
    assert verdicts.main.all()
    assert not verdicts.excluded.any()


def test_without_a_table_of_systems_nobody_is_taken_for_a_person(tmp_path: Path) -> None:
    assert verdicts_of(tmp_path, [{}], human=()).humans == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"system_second": "human"}, "row 2 (counted without the header): compares human with itself"),
        ({"value_shown": 3}, "row 2 (counted without the header): value_shown is 3"),
        ({"value_shown": "B"}, "row 2: value_shown is 'B'"),
        ({"source_kind": "robot"}, "row 2 (counted without the header): source_kind is 'robot'"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_number(
    tmp_path: Path, row: dict[str, str | int], says: str
) -> None:
    with pytest.raises(CannotRead) as told:
        verdicts_of(tmp_path, [{}, row])
    assert says in str(told.value)


def test_a_person_that_no_row_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"no system is called 'people'\. There are human, model-a"):
        verdicts_of(tmp_path, [{}], human=("people",))


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (
            {"source": "r2", "system_second": "model-b"},
            "row 2 .*: the pair p1 of dialogue d1 compares human and model-b",
        ),
        ({}, "row 2 .*: r1 answers overall on the pair p1 of dialogue d1 again"),
        ({"system_first": "model-a", "system_second": "human"}, "row 2 .*: r1 answers overall"),
        ({"phase": "main"}, None),
        ({"source": "r2"}, None),
        ({"source_kind": "judge"}, None),
        ({"dimension": "warmth"}, None),
        ({"pair": "p2", "system_second": "model-b"}, None),
        ({"dialogue": "d2", "system_second": "model-b"}, None),
        ({"excluded": 1}, None),
    ],
)
def test_pairs_and_answers_that_would_count_as_others_are_refused(
    tmp_path: Path, second: dict[str, object], says: str | None
) -> None:
    verdicts = verdicts_of(tmp_path, [{}, second])
    if says is None:
        refuse_confused(verdicts)
    else:
        with pytest.raises(CannotRead, match=says):
            refuse_confused(verdicts)


def test_a_second_occasion_and_two_calls_of_a_judge_are_no_repeats(tmp_path: Path) -> None:
    judge = {"source_kind": "judge", "source": "j", "occasion": 1}
    refuse_confused(verdicts_of(tmp_path, [{"occasion": 1}, {"occasion": 2}, judge, judge]))
