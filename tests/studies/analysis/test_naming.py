"""Names before a reader, keys in the files."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from studies import protocol
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from studies.analysis.naming import distinct, named, names_by_column
from studies.analysis.results import Column, Estimate, Figure, Section, Table
from tests.protocols import RUBRIC_KEYS, a_protocol
from tests.studies.analysis.rationales.tables import codes, coding, judged, reason, reply, write_coded
from tests.studies.analysis.tables import answer, write

LONG: Final = " ".join(["A name that goes on and on"] * 8)
HOSTILE: Final = '<b>Bold</b> & "kind"'
#: Two codes of one name, a name of 200 characters and more, one that a browser could run, one on two lines.
NAMES: Final = {
    "resonance": "Resonance", "human_alignment": "Sounds human", "reframe": "Sounds human",
    "boundary_setting": LONG, "tension_naming": HOSTILE, "suggest_options": "Suggest\n options", "other": "",
}  # fmt: skip


def test_names_are_never_the_same_for_two() -> None:
    assert distinct({"a": "Warm", "b": "Warm ", "c": "", "d": "Cold\n one"}) == {
        "a": "Warm (a)", "b": "Warm (b)", "c": "c", "d": "Cold one",
    }  # fmt: skip
    assert distinct({"a": "Warm", "b": "Warm", "c": "Warm (a)"}) == {
        "a": "Warm (a)", "b": "Warm (b)", "c": "Warm (a) (c)",
    }  # fmt: skip


def test_tables_and_figures_have_names_only_under_columns_of_keys() -> None:
    table = Table("t", "T", (Column("code", "Code"), Column("system", "System")), [("a", "a"), ("x", "a")])
    figure = Figure("f", "F", "bars", table)
    names = names_by_column(codes={"a": "Warm"}, dimensions={"a": "Cold"})
    shown = named(Section("s", "S", ("a",), (table, figure)), names)
    assert shown.lead == ("a",)
    part, drawn = shown.parts
    assert isinstance(part, Table)
    assert isinstance(drawn, Figure)
    assert part.rows == drawn.table.rows == [("Warm", "a"), ("x", "a")]


def test_an_estimate_under_a_column_of_keys_stays() -> None:
    cell = Estimate(0.5, 0.4, 0.6)
    table = Table("t", "T", (Column("dimension", "Dimension"),), [(cell,), (None,)])
    shown = named(Section("s", "S", (), (table,)), names_by_column(codes={}, dimensions={"a": "A"}))
    assert isinstance(shown.parts[0], Table)
    assert shown.parts[0].rows == [(cell,), (None,)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A report of a study whose codings rest on the second of three versions of the codebook."""
    study = tmp_path / "study"
    study.mkdir()
    newest = [row | {"name": f"Newest {row['code']}"} for row in codes(3, "33")]
    book = [row | {"name": NAMES.get(str(row["code"]), row["name"])} for row in codes(2)]
    oldest = [row | {"name": f"Oldest {row['code']}"} for row in codes(1, "11")]
    passages = [reason("a"), reason("b", source="r2"), judged("c"), reply("d", "human")]
    given = {"a": "resonance", "b": "human_alignment", "c": "resonance", "d": "reframe|boundary_setting"}
    write_coded(
        study, passages,
        [coding(passage, marks, coder) for passage, marks in given.items() for coder in ("c1", "c2")],
        [*newest, *oldest, *book],
    )  # fmt: skip
    write(study, "verdicts.csv", [
        answer(value, dialogue=f"d{place}", pair=f"p{place}", source=source, dimension=dimension)
        for place, value in enumerate((-1, 1, 0, -1)) for source in ("r1", "r2") for dimension in RUBRIC_KEYS
    ])  # fmt: skip
    rubric = tuple(
        row if row.key == "overall" else protocol.Asked(row.key, f"The {row.key} asked", "", "", "")
        for row in a_protocol().rubric
    )
    (study / "protocol.json").write_text(protocol.canonical_json(a_protocol(rubric=rubric)), encoding="utf-8")
    analyze(path=study, out=tmp_path / "out", options=Options(human=("human",), resamples=50))
    return tmp_path / "out"


def test_a_reader_reads_names_and_files_hold_keys(out: Path) -> None:
    page = _cells((out / "report.html").read_text(encoding="utf-8"))
    form = json.loads((out / "report.json").read_text(encoding="utf-8"))
    keys = {row["code"] for row in _rows(form, "coding_agreement_full")}
    assert {"resonance", "human_alignment", "reframe", "boundary_setting", "other"} <= keys
    assert {row["code"] for row in _csv(out, "coding_agreement_full")} == keys
    assert {row["strategy"] for row in _csv(out, "strategies_drawn")} <= keys
    assert {
        "Resonance", "Sounds human (human_alignment)", "Sounds human (reframe)", LONG, HOSTILE,
        "Suggest options", "The resonance asked", "The attunement asked", "overall",
    } <= page  # fmt: skip
    assert {"first pass", "with rubric"} <= page
    assert not page & {f"{age} {key}" for age in ("Newest", "Oldest") for key in keys}
    # The codebook tells the keys of the files beside the names, and nothing else on the page does.
    assert page & (keys | {"attunement"}) == {row["key"] for row in _rows(form, "coding_codes_full")}
    assert HOSTILE not in (out / "report.html").read_text(encoding="utf-8")


def test_a_study_without_codebook_and_protocol_shows_keys(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.csv"
    write(tmp_path, file.name, [answer(1, dimension="warm_tone", pair=pair) for pair in ("p1", "p2")])
    analyze(path=file, out=tmp_path / "out", options=Options(human=("human",), resamples=50))
    assert "warm_tone" in _cells((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))


def _cells(page: str) -> set[str]:
    """What stands in the cells of the page's tables."""
    return {unescape(cell) for cell in re.findall(r"<bdi>([^<]*)</bdi>", page)}


def _rows(form: dict[str, Any], key: str) -> list[dict[str, Any]]:
    tables = [part.get("table", part) for section in form["sections"] for part in section["parts"]]
    return next(table["rows"] for table in tables if table["key"] == key)


def _csv(out: Path, key: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{key}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
