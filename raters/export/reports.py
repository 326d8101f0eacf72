"""The analysis of an export, as the admin's report: the same code that a reader runs on the files."""

from __future__ import annotations

from pathlib import Path

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
