"""The folder a report is written into."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from studies.analysis.reporting.charts import Drawing, draw
from studies.analysis.reporting.csv_files import write_csv
from studies.analysis.reporting.page import html_text
from studies.analysis.reporting.report import Report, json_text

JSON: Final = "report.json"
PAGE: Final = "report.html"
FIGURES: Final = "figures"
TABLES: Final = "tables"


class CannotWrite(Exception):
    """Says why a report cannot be written where it was to go."""


def check_folder(folder: Path) -> None:
    """Raises CannotWrite unless the folder is new or empty: a report never mixes with other files."""
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{folder} is a file; name a folder that is new or empty")
    try:
        names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be read: {error.strerror}") from error
    if names:
        raise CannotWrite(
            f"{folder} holds other files ({', '.join(names[:3])}); name a folder that is new or empty"
        )


def write_report(report: Report, folder: Path, *, say: Callable[[str], None]) -> None:
    """Writes every file of the report. report.html comes last: a folder that has it is complete.

    Raises CannotWrite. `say` gets one line for each kind of file.
    """
    check_folder(folder)
    shown = report.in_names()
    figures = shown.figures()
    say(f"Drawing {len(figures)} {'figure' if len(figures) == 1 else 'figures'}")
    drawings = {figure.key: draw(figure) for figure in figures}
    try:
        _write(report, shown, drawings, folder)
    except OSError as error:
        raise CannotWrite(f"{error.filename or folder} cannot be written: {error.strerror}") from error
    names = (PAGE, JSON, f"{FIGURES}/", f"{TABLES}/", *(document.name for document in report.documents))
    say(f"Written: {', '.join(names)}")


def _write(report: Report, shown: Report, drawings: dict[str, Drawing], folder: Path) -> None:
    for name in (FIGURES, TABLES):
        (folder / name).mkdir(parents=True)
    for key, drawing in drawings.items():
        _text(folder / FIGURES / f"{key}.svg", drawing.svg)
        (folder / FIGURES / f"{key}.png").write_bytes(drawing.png)
    for table in report.tables():
        path = folder / TABLES / f"{table.key}.csv"
        if not path.exists():
            write_csv(path, table)
    for document in report.documents:
        _text(folder / document.name, document.text)
    _text(folder / JSON, json_text(report))
    _text(folder / PAGE, html_text(shown, drawings))


def _text(path: Path, text: str) -> None:
    """UTF-8 and line feeds everywhere; what UTF-8 cannot hold is written as JSON does it."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
