"""What a reader is told first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from studies.analysis.bundle.data import DataFacts


def readme(facts: DataFacts, done: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    """Markdown. `done` is what `analyze` returned, `report` the content of report.json."""
    environment = Environment(  # noqa: S701 - it writes no HTML
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, keep_trailing_newline=True
    )
    reasons, kept = facts.reasons
    return environment.get_template("readme.jinja").render(
        manifest={"study": "", "title": "", "version": "", "non_commercial": False} | dict(facts.manifest),
        report=done,
        versions=report["versions"],
        tables=facts.tables,
        absent=facts.absent,
        reasons=reasons,
        kept=kept,
        silent=[section for section in report["sections"] if section["absent"]],
    )
