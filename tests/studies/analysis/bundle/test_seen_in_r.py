"""What check.R sees: each number that is broken, each table, column and section that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings

from studies.analysis import finding, finding_reasons, patterns
from tests.studies.analysis.bundle.running import Done, check_in_r, differing, lines, needs_r

_R: Final = settings.BASE_DIR / "studies" / "analysis" / "bundle" / "check"
#: Read first, and recomputed from the table that has all rows.
TWICE: Final = ("contrasts", "preference", "interaction", "ranking", "agreement", "coefficients")

Table = dict[str, Any]


def tables_of(report: dict[str, Any]) -> dict[str, Table]:
    """Tables by key, those behind figures too."""
    parts = [part for section in report["sections"] for part in section["parts"]]
    return {table["key"]: table for part in parts for table in [part.get("table", part)]}


class Report:
    """The report of a bundle, to be broken."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self._path = bundle / "report" / "report.json"
        self.content = json.loads(self._path.read_text(encoding="utf-8"))
        self.tables = tables_of(self.content)

    def checked(self, environment: dict[str, str]) -> Done:
        self._path.write_text(json.dumps(self.content), encoding="utf-8")
        return check_in_r(self.bundle, **environment)


def headline_tables() -> list[str]:
    """The tables that R counts headline numbers in."""
    text = (_R / "leaving.R").read_text(encoding="utf-8")
    return re.findall(r'"(\w+)"', text.partition("HEADLINE <- c(")[2].partition("\n)")[0])


def counted(printed: str) -> tuple[int, int, int]:
    """Headline numbers: all, recomputed, not redone."""
    said = re.search(r"has (\d+) headline numbers; (\d+) are recomputed above, (\d+) are not", printed)
    assert said, printed
    return int(said[1]), int(said[2]), int(said[3])


def test_headline_tables_are_all_that_the_summary_reads() -> None:
    source = "".join(Path(str(one.__file__)).read_text() for one in (finding, finding_reasons, patterns))
    read = set(re.findall(r'rows\.of\(\s*"(\w+)"', source))
    assert len(read) > 15
    assert {key for key in read if not key.startswith("rests_")} - set(headline_tables()) == set()


@needs_r
def test_every_headline_number_is_recomputed_or_told(widely_made: Path, bare: dict[str, str]) -> None:
    done = check_in_r(widely_made, **bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(lines(done.stdout).values()) == {"ok"}
    every, recomputed, left = counted(done.stdout)
    why = [int(number) for number in re.findall(r"(?m)^ +(\d+)  [a-zE]", done.stdout)]
    assert (every, left) == (recomputed + left, sum(why))
    assert (recomputed > 1000, len(why)) == (True, 5)
    assert "0 sections of the report that are looked at here are absent" in done.stdout


#: Of each table a column, and how its figure is called.
BROKEN: Final = {
    "preference_full": ("share", "Raters, overall, all, all models: share"),
    "interaction_full": ("difference", "Raters, overall, adversarial, all models: less elsewhere"),
    "ranking_full": ("elo", ""),
    "agreement_full": ("difference", "Judge judge-0000, overall, ties count (S1): difference"),
    "coefficients_full": ("estimate", "Raters, overall: Raw agreement"),
    "contrasts_full": ("difference", "contrast people: difference"),
    "alt_test": (
        "advantage_probability", "Judge judge-0000, overall, instead of a rater: probability of advantage",
    ),
    "coding_agreement": ("alpha", "human coders, reasons: alpha"),
    "reasons_dimensions": ("share", "reasons, Human coders, Raters, resonance: share"),
    "profile_distance": ("divergence", "profiles, Human coders, Raters and Judges: divergence"),
    "profile_differences": ("difference", "profiles, Human coders, Raters and Judges, resonance: difference"),
    "overlap": ("found", "themes in common, Human coders, Raters with judges, all: found"),
    "overlap_jaccard": ("chance", "Jaccard's coefficient, Human coders, Raters with judges, all: by chance"),
    "strategies": ("share", "strategies, Human coders, all people, reframe: share"),
    "strategies_interaction": (
        "difference", "strategies, Human coders, reframe, adversarial less regular: people less models",
    ),
    "safety_preferred": ("share_of_ratings", "unsafe, human: preferred, of all"),
    "size": ("slope", "Raters, overall, Elo and size (total): slope"),
    "size_share": ("rho", "Raters, overall, share and size (total): Spearman's rho"),
    "size_families": ("slope", "Raters, Elo and size (total), within all families: slope"),
    "speed": ("slope_systems", "Raters, overall, Elo and speed (first token): slope, over systems"),
    "speed_share": ("slope", "Raters, overall, share and speed (first token): slope"),
    "speed_families": ("rho", "Raters, Elo and speed (first token), within all families: Spearman's rho"),
    "axis": ("rho", "Raters, overall, Elo and quizzes: Spearman's rho"),
    "axis_partial": (
        "rho", "Raters, overall, Elo and size (total), quizzes held equal: Spearman's partial rho",
    ),
    "axis_among": ("rho", "benchmarks, quizzes and sums: Spearman's rho"),
    "halo": ("mean", "Raters, dimensions together: mean correlation"),
    "consistency_people": ("difference", "Raters, overall, spread over dialogues: people less models"),
    "bias_position": ("first_preferred", "Raters, overall: first shown preferred"),
    "blinding": ("bang", "guesses at people's replies: Bang's index"),
}  # fmt: skip


@needs_r
def test_a_number_that_is_off_by_a_ten_thousandth_is_named_in_each_table(
    wide: Path, bare: dict[str, str]
) -> None:
    report = Report(wide)
    expected = {f"rows of {key} that stand in {key}_full too" for key in TWICE}
    for key, (column, name) in BROKEN.items():
        row = report.tables[key]["rows"][0]
        if key == "ranking_full":
            row = next(row for row in report.tables[key]["rows"] if row["elo"]["low"] is not None)
            name = f"Raters, overall, {row['system']}: Elo"
        cell = row[column]
        cell["value"] += max(1e-4, 1e-4 * abs(cell["value"]))
        expected.add(name)
    done = report.checked(bare)
    assert done.returncode == 1
    assert set(differing(done.stdout)) == expected


@needs_r
def test_whatever_is_said_to_be_recomputed_is_seen_when_it_is_broken(
    wide: Path, bare: dict[str, str]
) -> None:
    report = Report(wide)
    for key in headline_tables():
        first = report.tables[key]
        rows = list(_in_full(report, key)) if key in TWICE else first["rows"]
        for row in rows:
            for column in _number_columns(first):
                row[column] = _broken(row.get(column))
    done = report.checked(bare)
    assert done.returncode == 1
    assert len(differing(done.stdout)) == counted(done.stdout)[1] + len(TWICE)


def _in_full(report: Report, key: str) -> Iterator[dict[str, Any]]:
    """The rows of the full table that stand in the first one too."""
    first, full = report.tables[key]["rows"], report.tables[f"{key}_full"]["rows"]
    shared = first[0].keys() & full[0].keys()
    seen = [{name: row[name] for name in shared} for row in first]
    yield from [row for row in full if {name: row[name] for name in shared} in seen]


def _number_columns(table: Table) -> list[str]:
    ranks = ("rank", "rank_low", "rank_high")
    return [
        one["key"] for one in table["columns"] if one["kind"] not in ("text", "count") or one["key"] in ranks
    ]


def _broken(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {
            name: part + 7 if name in ("value", "low", "high") and part is not None else part
            for name, part in cell.items()
        }
    return None if cell is None else cell + 7


@needs_r
def test_tables_that_were_renamed_are_missing(wide: Path, bare: dict[str, str]) -> None:
    report = Report(wide)
    for table in report.tables.values():
        table["key"] = f"{table['key']}_again"
    done = report.checked(bare)
    assert done.returncode == 1
    told = re.findall(
        r"(?m)^  MISSING from report/report.json: the table (\w+) of the section .+, which these data make$",
        done.stdout,
    )
    assert sorted(told) == sorted({*headline_tables(), *(f"{key}_full" for key in TWICE)})
    assert lines(done.stdout) == {}


@needs_r
def test_a_column_that_was_renamed_ends_it(wide: Path, bare: dict[str, str]) -> None:
    report = Report(wide)
    for row in report.tables["overlap"]["rows"]:
        row["shared"] = row.pop("found")
    done = report.checked(bare)
    assert done.returncode == 1
    assert "report/report.json: the table overlap has no column found" in done.stderr


@needs_r
@pytest.mark.parametrize("key", ["safety", "scale_axis"])
def test_a_section_that_is_gone_is_missing_and_one_that_says_why_is_not(
    wide: Path, bare: dict[str, str], key: str
) -> None:
    report = Report(wide)
    (section,) = [one for one in report.content["sections"] if one["key"] == key]
    if key == "safety":
        report.content["sections"].remove(section)
    else:
        section |= {"absent": "There are no benchmarks.", "parts": []}
    done = report.checked(bare)
    assert done.returncode == (1 if key == "safety" else 0), done.stdout + done.stderr
    gone = "  MISSING from report/report.json: the section safety\n"
    silent = "  not in the report: Is support an axis of its own? There are no benchmarks.\n"
    assert (gone in done.stdout, silent in done.stdout) == (key == "safety", key != "safety")
