from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict, replace
from typing import Any

from django.core.management.base import CommandError

from studies import sizing
from studies.forms import SizingForm
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Says what a study's design would find, how precisely, and what it asks of raters."
    expected = (sizing.CannotPlan,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for name, field in SizingForm.base_fields.items():
            option = f"--{name.replace('_', '-')}"
            if name == "models_too":
                parser.add_argument(option, action="store_true", default=None, help=str(field.label))
            else:
                told = f"{field.label}; from the study, or assumed, if left out".replace("%", "%%")
                parser.add_argument(option, type=float if "points" in name else _number, help=told)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        given = {name: options[name] for name in SizingForm.base_fields if options[name] is not None}
        form = SizingForm(asdict(replace(sizing.assumptions_for(study), **given)))
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        assumptions = form.assumptions(study.seed)
        return {"assumptions": asdict(assumptions), "tables": sizing.sheet_of(assumptions)}

    def summary(self, result: dict[str, Any]) -> str:
        return "\n\n".join(_told(table) for table in result["tables"])


def _number(text: str) -> float | int:
    return int(text) if text.isdecimal() else float(text)


def _told(table: dict[str, Any]) -> str:
    """A table in columns of even width, with its note."""
    rows = [table["columns"], *table["rows"]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table["columns"]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([table["title"], *(line.rstrip() for line in lines), table["note"]])
