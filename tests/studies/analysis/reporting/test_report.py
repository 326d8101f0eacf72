"""report.json: everything there is, in the same bytes each time."""

from __future__ import annotations

import json
import math

import pytest

from studies.analysis.reporting.report import FORMAT, Facts, Report, json_text
from studies.analysis.results import Column, Estimate, Figure, Section, Table

FACTS = Facts(
    "s",
    "S",
    True,
    None,
    {"seed": 1, "human": [], "resamples": 1000, "protocol": False},
    {"verdicts.csv": "ab"},
    {"heartsite": "0"},
)
COLUMNS = (Column("system", "System"), Column("win", "Win", "share"))
WINS = Table(
    "wins", "Wins", COLUMNS, [("a", Estimate(1 / 3, 0.2, 0.4, 0.05, 9, {"rater": 2})), ("b", math.nan)]
)


def of(*sections: Section) -> Report:
    return Report(FACTS, sections)


def test_rows_are_objects_and_estimates_too() -> None:
    form = json.loads(json_text(of(Section("a", "A", ("Lead.",), (WINS,)))))
    assert (form["format"], form["study"], form["exploratory"]) == (FORMAT, "s", True)
    assert form["sections"][0]["lead"] == ["Lead."]
    table = form["sections"][0]["parts"][0]
    assert table["columns"] == [
        {"key": "system", "title": "System", "kind": "text"},
        {"key": "win", "title": "Win", "kind": "share"},
    ]
    first, second = table["rows"]
    assert first["win"] == {
        "value": 0.333333,
        "low": 0.2,
        "high": 0.4,
        "se": 0.05,
        "n": 9,
        "clusters": {"rater": 2},
        "undefined": "",
    }
    assert second["win"]["value"] is None
    assert second["win"]["undefined"] == "The number that came out is not finite."


def test_a_figure_carries_its_table_and_axes() -> None:
    figure = Figure("picture", "Picture", "forest", WINS, "Share", reference=0.5)
    (part,) = json.loads(json_text(of(Section("a", "A", (), (figure,)))))["sections"][0]["parts"]
    assert (part["type"], part["chart"], part["reference"], part["x_title"]) == (
        "figure",
        "forest",
        0.5,
        "Share",
    )
    assert part["table"]["key"] == "wins"


def test_a_table_may_stand_under_its_figure_and_by_itself() -> None:
    report = of(Section("a", "A", (), (Figure("wins", "Picture", "bars", WINS), WINS)))
    assert report.tables() == [WINS]


@pytest.mark.parametrize("key", ["", "A", "../x", "a b", "a.b", "1a", "ü"])
def test_a_key_names_a_file_and_nothing_else(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        of(Section("a", "A", (), (Table(key, "T", COLUMNS, []),)))


def test_no_key_names_two_things() -> None:
    other = Table("wins", "Others", COLUMNS, [])
    for sections in (
        (Section("a", "A"), Section("a", "B")),
        (Section("a", "A", (), (WINS, other)),),
        (Section("a", "A", (), (Figure("f", "F", "bars", WINS), Figure("f", "F", "forest", WINS))),),
    ):
        with pytest.raises(ValueError, match="are called"):
            of(*sections)
