"""check.R where nothing varies: a code that one side never has, and profiles that are the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studies.analysis.bundle import write_bundle
from tests.studies.analysis.bundle.made import make_export
from tests.studies.analysis.bundle.running import check_in_r, differing, lines, needs_r, rows
from tests.studies.analysis.tables import write

pytestmark = needs_r

PROFILES = "Raters and Judges"


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """People see no attunement in raters' reasons; the model sees resonance in all, and no strategy."""
    export = make_export(tmp_path / "export", dialogues=8, wide=True)
    passages = {row["passage"]: row for row in rows(export / "passages.csv")}
    codings = rows(export / "codings.csv")
    for coding in codings:
        passage = passages[coding["passage"]]
        if coding["coder_kind"] == "llm":
            coding["codes"] = "resonance" if passage["kind"] == "reason" else ""
        elif passage["source_kind"] == "rater":
            coding["codes"] = "|".join(code for code in coding["codes"].split("|") if code != "attunement")
    write(export, "codings.csv", codings)
    # What was coded needs no verdicts, and is told sooner without.
    write(export, "verdicts.csv", [], tuple(rows(export / "verdicts.csv")[0]))
    write_bundle(export=export, out=tmp_path / "bundle")
    return tmp_path / "bundle"


def _row(report: dict[str, Any], key: str, coder: str, **cells: str) -> dict[str, Any]:
    parts = [part for section in report["sections"] for part in section["parts"]]
    tables = {table["key"]: table for part in parts for table in [part.get("table", part)]}
    asked = {"coded_by": coder, **cells}
    row: dict[str, Any]
    (row,) = [row for row in tables[key]["rows"] if {name: row[name] for name in asked} == asked]
    return row


def test_intervals_of_both_are_recomputed_and_seen_when_they_are_off_by_a_ten_thousandth(
    planted: Path, bare: dict[str, str]
) -> None:
    path = planted / "report" / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    never = _row(report, "profile_differences", "Human coders", code="attunement")
    same = _row(report, "profile_distance", "Coder local")
    apart = _row(report, "profile_distance", "Human coders")
    nobody = _row(report, "strategies_interaction", "Coder local", strategy="reframe")
    # What is to be recomputed is there: exact by 8 dialogues, and by 2 adversarial ones; none at 0.
    assert (never["left_share"]["high"], never["p"]) == (pytest.approx(1 - 0.025 ** (1 / 8), abs=1e-6), None)
    assert never["difference"]["low"] == pytest.approx(-never["right_share"]["high"], abs=1e-6)
    assert (same["divergence"]["value"], same["divergence"]["low"]) == (0.0, None)
    assert nobody["people"]["high"] == pytest.approx(1 - 0.025 ** (1 / 2), abs=1e-6)
    done = check_in_r(planted, **bare)
    assert (done.returncode, set(lines(done.stdout).values())) == (0, {"ok"})

    never["difference"]["high"] += 1e-4
    apart["divergence"]["high"] += 1e-4
    apart["distance"]["high"] += 1e-4
    same["divergence"]["high"] = 1e-4
    nobody["people"]["low"] -= 1e-4
    path.write_text(json.dumps(report), encoding="utf-8")
    done = check_in_r(planted, **bare)
    assert done.returncode == 1
    assert set(differing(done.stdout)) == {
        f"profiles, Human coders, {PROFILES}, attunement: difference 95 % to",
        f"profiles, Human coders, {PROFILES}: divergence 95 % to",
        f"profiles, Human coders, {PROFILES}: distance 95 % to",
        f"profiles, Coder local, {PROFILES}: divergence 95 % to",
        "strategies, Coder local, reframe, adversarial less regular: people 95 % from",
    }
