"""Which columns leave with a bundle: only those that somebody named, with what becomes of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from studies.analysis.bundle.columns import BEHIND, COLUMNS, leaving
from studies.analysis.bundle.data import write_data
from studies.analysis.bundle.released import words_of
from studies.analysis.evidence import VERDICTS
from studies.analysis.further_tables import TABLES
from studies.analysis.verdicts import KNOWN, NEEDED
from tests.studies.analysis.bundle.made import make_export
from tests.studies.analysis.bundle.planting import EXPORTED, rows_or_one
from tests.studies.analysis.bundle.running import everything
from tests.studies.analysis.tables import write

READ = {
    (name, column) for name, columns in {VERDICTS: (*NEEDED, *KNOWN), **TABLES}.items() for column in columns
}
LEAVING = {(name, column) for name, columns in leaving().items() for column in columns}


def test_what_the_analysis_reads_leaves_or_stays_behind_with_a_reason() -> None:
    assert set(BEHIND) == READ - LEAVING
    assert all(BEHIND.values())


def test_a_column_is_named_once() -> None:
    named = Counter(
        (name, column)
        for name, given in COLUMNS.items()
        for columns in given.values()
        for column in columns.split()
    )
    assert [one for one, times in named.items() if times > 1] == []


def test_a_column_or_table_that_nobody_has_named_does_not_leave(tmp_path: Path) -> None:
    """Every table has a column more than the app exports today, and there is a table more."""
    export = make_export(tmp_path / "export", dialogues=8)
    for name in EXPORTED:
        write(export, name, [row | {"new_words": "LOUDNEW"} for row in rows_or_one(export, name)])
    write(export, "diaries.csv", [{"rater": "r-1", "words": "LOUDDIARY"}])
    facts = write_data(export, tmp_path / "data")
    assert b"LOUD" not in everything(tmp_path / "data")
    assert {name for name, table in facts.tables.items() if "new_words" in table.without} == set(COLUMNS)
    assert "diaries.csv" in facts.absent


def test_of_an_imports_report_only_counts_leave() -> None:
    """It quotes the file: what was found in dialogues, and what was left out."""
    report = {
        "dialogues": {"in_file": 8, "new": 6, "known": 2, "tags_kept": 0, "first": "LOUD"},
        "systems": {"human": {"known": 1, "examples": ["LOUD"]}},
        "left_out": {"count": 4, "by_dialogue": {"LOUD": 1}},
        "findings": [{"examples": [{"excerpt": "LOUD", "message": "LOUD"}]}],
        "problems": [{"places": ["LOUD"]}], "conflicts": {"first": ["LOUD"]},
        "speakers": {"aliases": {"LOUD": 1}},
    }  # fmt: skip
    kept = words_of("imports.csv", "report", {"report": json.dumps(report)})
    assert json.loads(kept or "") == {
        "dialogues": {"in_file": 8, "new": 6, "known": 2, "tags_kept": 0}, "left_out": {"count": 4},
        "systems": {"human": {"known": 1}},
    }  # fmt: skip
    assert words_of("imports.csv", "report", {"report": ""}) == ""


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("/home/LOUD/models/small.gguf", "small.gguf"),
        ("~/models/small.gguf", "small.gguf"),
        ("C:\\LOUD\\small.gguf", "small.gguf"),
        ("org/small-2", "org/small-2"),
        ("", ""),
    ],
)
def test_a_model_that_is_named_by_its_file_loses_the_folders(model: str, kept: str) -> None:
    for name, column in (("judgments.csv", "model_returned"), ("codings.csv", "model_id")):
        assert words_of(name, column, {column: model}) == kept
    design = json.dumps({"coders": [{"model_id": model}]})
    written = words_of("runs.csv", "design", {"design": design})
    assert json.loads(written or "") == {"coders": [{"model_id": kept}]}
