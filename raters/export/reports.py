"""The analysis of an export, as the admin's report: the same code that a reader runs on the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from raters.export.bundle import Tick


def write_report(*, bundle: Path, out: Path, tick: Tick) -> Path:
    """Analyses an export's folder into the new folder `out`; the path of its page.

    Protocol and seed are the export's own. `tick` is called after each section.
    """
    # Only a worker comes here: the web's processes never load what counts and draws.
    from studies.analysis.analyzing import analyze, planned_seed
    from studies.analysis.evidence import Options
    from studies.analysis.reporting import PAGE

    analyze(path=bundle, out=out, options=Options(seed=planned_seed(bundle)), say=lambda _line: tick())
    return out / PAGE


def datasheet_in(report: Path) -> list[dict[str, Any]]:
    """The rows of the HEDS sheet as this report filled it: number, criterion, title, source, answer."""
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    parts = [part for section in told["sections"] if section["key"] == "heds" for part in section["parts"]]
    return [row for part in parts for row in part["rows"]]
