"""Every column of an export stands in the codebook, and the codebook names none that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from raters.channels import CHANNELS
from raters.export.bundle import ALL_TABLES, RATING_COLUMNS, RATINGS, VERDICTS, write_bundle
from raters.models import Assignment, Erasure
from raters.verdicts import Verdict
from tests.factories import NOW, make_study, open_study

CODEBOOK = (settings.BASE_DIR / "docs" / "codebook.md").read_text(encoding="utf-8")
TYPES = {"text", "integer", "flag", "time", "JSON"}
COLUMNS = {
    VERDICTS: Verdict._fields,
    RATINGS: (*RATING_COLUMNS, "shown_<key>", "value_<key>"),
    **{table.file: table.columns for table in ALL_TABLES},
}


def section(title: str) -> list[list[str]]:
    """The cells of the table below a heading of the codebook, header left out."""
    text = CODEBOOK.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


@pytest.mark.parametrize("file", COLUMNS)
def test_the_codebook_describes_exactly_the_columns_of(file: str) -> None:
    described = section(file)
    assert [cells[0].strip("`") for cells in described] == list(COLUMNS[file])
    assert {cells[1] for cells in described} <= TYPES
    assert all(len(cells) == 3 and cells[2] for cells in described)


def test_the_codebook_has_no_section_for_a_file_that_does_not_exist() -> None:
    assert set(re.findall(r"^## (\S+\.csv)$", CODEBOOK, re.MULTILINE)) == set(COLUMNS)


@pytest.mark.parametrize(
    ("file", "column", "words"),
    [
        *(
            (file, "kind", Assignment.Kind.values)
            for file in (VERDICTS, RATINGS, "assignments.csv", "skips.csv")
        ),
        ("sessions.csv", "channel", list(CHANNELS)),
        ("erasures.csv", "cause", Erasure.Cause.values),
    ],
)
def test_the_codebook_names_every_word_of_a_column_and_no_other(
    file: str, column: str, words: list[str]
) -> None:
    (meaning,) = [cells[2] for cells in section(file) if cells[0] == f"`{column}`"]

    assert set(re.findall(r"`([a-z_]+)`", meaning)) == set(words)


@pytest.mark.parametrize("file", ["docs/codebook.md", "pyproject.toml"])
def test_the_image_holds_what_an_export_reads(file: str) -> None:
    kept = (settings.BASE_DIR / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert f"!{file}" in kept


@pytest.mark.django_db
def test_an_export_writes_the_files_and_columns_described(tmp_path: Path) -> None:
    study = open_study(make_study())
    manifest = write_bundle(study=study, folder=tmp_path, now=NOW)
    keys = [asked.key for asked in study.protocols.get().document().rubric]
    for path in tmp_path.glob("*.csv"):
        expected = list(COLUMNS[path.name])
        if path.name == RATINGS:
            expected[-2:] = [f"{prefix}_{key}" for key in keys for prefix in ("shown", "value")]
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == expected
    assert [cells[0].strip("`") for cells in section("manifest.json")] == list(manifest)
    overview = CODEBOOK.split("\n## Conventions", 1)[0]
    named = set(re.findall(r"^\| `([^`]+)` \|", overview, re.MULTILINE))
    assert named == {path.name for path in tmp_path.iterdir()} - {"codebook.md"}
