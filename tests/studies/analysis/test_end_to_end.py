"""From files to a report: a simulated study, and an export that the app has written."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from raters.export.bundle import write_bundle
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.further_tables import TABLES
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.factories import NOW, make_rater, make_study, open_study, rate_all
from tests.studies.analysis.reporting import demonstration

ESTIMATE = {"value", "low", "high", "se", "n", "clusters", "undefined"}


#: Read where a table has it; the app plans every pair, so that it has no such column.
NOT_OURS = {"p_rated"}
#: Written by an export once this branch's neighbour has landed.
OF_THE_RESEARCHER = {"sheet.csv", "codes.csv", "passages.csv", "codings.csv", "benchmarks.csv"}


def small_study(folder: Path) -> Path:
    """Raters and three judges on twelve dialogues."""
    rng = np.random.default_rng(4)
    design = Design(dialogues=12, models=2, raters=6, adversarial=3, dimensions=("overall", "resonance"))
    judges = Design(dialogues=12, models=2, raters=3, adversarial=3, dimensions=("overall",))
    path = folder / "verdicts.csv"
    write_verdicts(simulate(design, Effects(), rng), path)
    write_verdicts(simulate(judges, Effects(), rng), path, source_kind="judge", append=True)
    return path


def assert_whole(out: Path) -> dict[str, Any]:
    """Every part of report.json is well formed and has its files; the form comes back."""
    form: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    parts = [part for section in form["sections"] for part in section["parts"]]
    figures = [part for part in parts if part["type"] == "figure"]
    tables = [part["table"] if part["type"] == "figure" else part for part in parts]
    for table in tables:
        assert_table(table, out / "tables" / f"{table['key']}.csv")
    named = {f"{figure['key']}.{suffix}" for figure in figures for suffix in ("svg", "png")}
    assert {path.name for path in (out / "figures").iterdir()} == named
    assert {path.name for path in (out / "tables").iterdir()} == {f"{table['key']}.csv" for table in tables}
    for section in form["sections"]:
        assert section["absent"] or section["parts"] or section["lead"]
    assert (out / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    return form


def assert_table(table: dict[str, Any], path: Path) -> None:
    keys = [column["key"] for column in table["columns"]]
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert len(rows) == len(table["rows"])
    assert [name for name in header if name in keys] == keys
    for row in table["rows"]:
        assert sorted(row) == sorted(keys)
        for cell in row.values():
            if isinstance(cell, dict):
                assert set(cell) == ESTIMATE
                assert cell["undefined"] or None not in (cell["value"], cell["low"], cell["high"])
                assert isinstance(cell["n"], int)


def test_a_simulated_study_becomes_a_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    analyze(path=small_study(tmp_path), out=out, options=Options(human=("human",)))
    form = assert_whole(out)
    assert form["exploratory"] is True


def test_a_report_of_every_kind_of_part_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    analyze(path=small_study(tmp_path), out=out, options=Options(), sections=demonstration.sections())
    form = assert_whole(out)
    assert [section["key"] for section in form["sections"]] == [
        "summary", "preference", "agreement", "ranking", "blinding", "kinds", "methods",
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_apps_own_export_is_read_with_all_its_columns(tmp_path: Path) -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    export = tmp_path / "export"
    export.mkdir()
    manifest = write_bundle(study=study, folder=export, now=NOW)

    evidence = read_evidence(export, Options())
    assert set(TABLES) - set(evidence.tables) <= OF_THE_RESEARCHER
    for name in evidence.tables:
        columns = TABLES[name]
        missing = {column for column in columns if column not in evidence.tables[name]}
        assert missing - NOT_OURS == set(), name
    assert evidence.protocol_sha256 == manifest["protocol"]["sha256"]
    assert evidence.verdicts is not None
    assert evidence.verdicts.humans == 1

    out = tmp_path / "out"
    analyze(path=export, out=out, options=Options())
    form = assert_whole(out)
    assert form["study"] == study.slug
    assert form["protocol"]["named_by_ratings"] is True
    assert set(form["files"]) >= {"verdicts.csv", "systems.csv", "protocol.json"}


@pytest.mark.django_db
def test_a_study_that_has_not_opened_has_a_report_too(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    write_bundle(study=make_study(), folder=export, now=NOW)
    out = tmp_path / "out"
    analyze(path=export, out=out, options=Options())
    assert assert_whole(out)["protocol"] is None
