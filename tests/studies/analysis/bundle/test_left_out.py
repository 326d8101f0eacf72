"""What leaves with a bundle, and what no byte of it may hold."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest
from django.conf import settings

from studies.analysis.bundle.data import write_data
from studies.analysis.bundle.naming import new_names
from studies.analysis.bundle.program import modules, requirements
from studies.analysis.bundle.released import person_in
from tests.studies.analysis.bundle.made import JUDGED, LOUD, RELEASED, make_export
from tests.studies.analysis.bundle.planting import EXPORTED, planted, rows_or_one
from tests.studies.analysis.bundle.running import everything, rows
from tests.studies.analysis.tables import write


def test_no_byte_holds_what_was_planted(export: Path, made: Path) -> None:
    planted, packed = everything(export), everything(made)
    assert [word for word in LOUD if word.encode() not in planted] == []
    assert [word for word in LOUD if word.encode() in packed] == []


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_every_cell_that_may_not_leave_as_it_is_was_loud(export: Path, name: str) -> None:
    """Without this the test above would pass for a table or column that the made export lacks."""
    table = rows_or_one(export, name)
    for column in EXPORTED[name]:
        cells = " ".join(row[column] for row in table if planted(name, column))
        assert not planted(name, column) or any(word in cells for word in LOUD), column


def test_no_byte_tells_of_this_machine(export: Path, made: Path) -> None:
    packed = everything(made)
    for word in (str(export), str(settings.BASE_DIR), str(Path.home()), socket.gethostname(), "pypi"):
        assert len(word) < 5 or word.encode() not in packed, word
    assert "://" not in (made / "requirements.txt").read_text()


def test_reasons_that_were_released_and_judges_reasons_are_kept(made: Path) -> None:
    reasons = [row["reason"] for row in rows(made / "data" / "verdicts.csv") if row["source_kind"] == "rater"]
    assert [reason for reason in reasons if reason] == [RELEASED]
    texts = {(row["source_kind"], row["text"]) for row in rows(made / "data" / "passages.csv")}
    assert texts == {("rater", ""), ("rater", RELEASED), ("judge", JUDGED), ("system", "A reply.")}
    assert "1 of 1920 are kept" in (made / "README.md").read_text()


def test_without_a_word_on_review_no_reason_is_kept(tmp_path: Path) -> None:
    export = make_export(tmp_path / "export", dialogues=8, released=False)
    facts = write_data(export, tmp_path / "data")
    told = rows(tmp_path / "data" / "verdicts.csv")
    assert {row["reason"] for row in told if row["source_kind"] == "rater"} == {""}
    assert {row["reason"] for row in told if row["source_kind"] == "judge"} == {JUDGED}
    assert facts.reasons == (384, 0)
    assert RELEASED.encode() not in everything(tmp_path / "data")


def test_a_text_that_was_corrected_before_its_reason_was_released_is_left_out(tmp_path: Path) -> None:
    export = make_export(tmp_path / "export", dialogues=8)
    path = export / "passages.csv"
    told = rows(path)
    (released,) = [row for row in told if row["text"] == RELEASED]
    released |= {"text": "LOUDPASSAGE", "text_released": "0"}
    write(export, path.name, told)

    write_data(export, tmp_path / "data")

    assert RELEASED in {row["reason"] for row in rows(tmp_path / "data" / "verdicts.csv")}
    assert {row["text"] for row in rows(tmp_path / "data" / path.name) if row["source_kind"] == "rater"} == {
        ""
    }


def test_names_are_new_the_same_in_every_table_and_out_of_order(export: Path, made: Path) -> None:
    before, after = (rows(folder / "sessions.csv") for folder in (export, made / "data"))
    new = {old["rater"]: now["rater"] for old, now in zip(before, after, strict=True)}
    assert sorted(new.values()) == [f"r{number:03d}" for number in range(1, 16)]
    assert [new[old] for old in sorted(new)] != sorted(new.values())
    for table, column in (("verdicts.csv", "source"), ("passages.csv", "source"), ("answers.csv", "rater")):
        mine = [row for row in rows(export / table) if row.get("use") != "survey"]
        named = zip(mine, rows(made / "data" / table), strict=True)
        assert all(now[column] == new.get(old[column], old[column]) for old, now in named), table
    assert {row["coder"] for row in rows(made / "data" / "codings.csv")} == {"c001", "c002", "local"}
    assert {row["writer"] for row in rows(made / "data" / "responses.csv")} == {
        "",
        *(f"w00{i}" for i in range(1, 7)),
    }


def test_names_take_the_exports_own_bytes_to_be_drawn_again() -> None:
    names = [f"r-{number}" for number in range(20)]
    one, same, other = (new_names({"r": names}, secret) for secret in (b"one", b"one", b"other"))
    assert one == same
    assert one != other
    assert set(one.values()) == set(other.values()) == {f"r{number:03d}" for number in range(1, 21)}


def test_answers_are_counted_and_surveys_left_out(made: Path) -> None:
    told = [(row["use"], row["value"]) for row in rows(made / "data" / "answers.csv")]
    assert set(told) == {("blinding", "(left out)"), ("comprehension", "(left out)")}
    assert len(told) == 30


def test_times_are_cut_to_dates_and_hosts_taken_out_of_json(tmp_path: Path) -> None:
    export = make_export(tmp_path / "export", dialogues=8)
    design = json.dumps({"judges": [{"host": "LOUDHOST", "api": "openai"}]})
    run = {
        "run": 1,
        "kind": "judge",
        "design": design,
        "gate_waived_at": "2025-03-03T09:05:00Z",
        "host": "LOUDHOST",
    }
    write(export, "runs.csv", [run])
    write_data(export, tmp_path / "data")
    (row,) = rows(tmp_path / "data" / "runs.csv")
    assert row == {
        "run": "1", "kind": "judge", "design": '{"judges":[{"api":"openai"}]}',
        "gate_waived_at": "2025-03-03",
    }  # fmt: skip
    manifest = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert (manifest["opened_at"], manifest["closed_at"]) == ("2025-03-03", "")


def test_why_a_pair_was_skipped_is_nobodys(tmp_path: Path) -> None:
    """The plan says who skipped which pair: with the others' reasons tied to people a theme would follow.

    Nor are they tied by their place: as they came, they would lie beside the skipped assignments.
    """
    export = make_export(tmp_path / "export", dialogues=8)
    reasons = ("theme", "upsetting", "other")
    write(
        export, "skips.csv",
        [{"rater": "r-1", "pair": "p1", "dialogue": "d1", "kind": "main", "phase": "main", "reason": reason}
         for reason in reasons],
    )  # fmt: skip
    write_data(export, tmp_path / "data")
    told = rows(tmp_path / "data" / "skips.csv")
    assert told == [
        {"phase": "main", "reason": reason} for reason in ("other or theme", "other or theme", "upsetting")
    ]


def test_the_way_that_raters_came_is_counted_and_tied_to_nobody(export: Path, made: Path) -> None:
    assert "channel" in rows(export / "sessions.csv")[0]
    assert not {"channel", "rater_group"} & rows(made / "data" / "sessions.csv")[0].keys()
    manifest = json.loads((made / "data" / "manifest.json").read_text())
    assert manifest["channels"] == {"prolific": 14, "invited": 1}
    said = "Raters with consent came through Prolific (14), personal invitations (1)."
    assert said in (made / "report" / "heds.md").read_text()


def test_why_a_gate_was_waived_is_not_told(made: Path) -> None:
    (run,) = rows(made / "data" / "runs.csv")
    assert (run["gate_waiver"], run["pause_reason"]) == ("(left out)", "(left out)")
    assert "| run : (left out) |" in (made / "report" / "deviations.md").read_text()


@pytest.mark.parametrize(
    ("table", "row", "letter"),
    [
        ("verdicts.csv", {"source": "x", "source_kind": "judge"}, ""),
        ("verdicts.csv", {"source": "x", "source_kind": "rater"}, "r"),
        ("passages.csv", {"source": "x", "source_kind": "somebody else"}, "r"),
        ("passages.csv", {"source": "x"}, "r"),
        ("benchmarks.csv", {"source": "x"}, ""),
        ("codings.csv", {"coder": "x", "coder_kind": "llm"}, ""),
        ("codings.csv", {"coder": "x", "coder_kind": ""}, "c"),
        ("sessions.csv", {"rater": ""}, ""),
    ],
)
def test_who_is_not_said_to_be_a_machine_gets_a_new_name(
    table: str, row: dict[str, str], letter: str
) -> None:
    assert person_in(table, next(iter(row)), row) == letter


def test_texts_that_a_spreadsheet_would_run_stay_escaped(export: Path, made: Path) -> None:
    before, after = (rows(folder / "responses.csv") for folder in (export, made / "data"))
    assert [row["text"] for row in before] == [row["text"] for row in after]
    assert before[0]["text"].startswith("'")


def test_every_column_is_described(made: Path) -> None:
    text = (made / "codebook.md").read_text()
    for path in (made / "data").glob("*.csv"):
        section = text.split(f"## {path.name}\n", 1)[1].split("\n## ", 1)[0]
        header = path.read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
        assert re.findall(r"(?m)^\| `([^`]+)` \|", section) == header


def test_the_readme_tells_what_a_reader_has_to_know(made: Path) -> None:
    text = (made / "README.md").read_text()
    sha256 = json.loads((made / "report" / "report.json").read_text())["protocol"]["sha256"]
    for said in (
        "# Replication bundle: A study", f"`{sha256}`", "CC BY-NC 4.0, **non-commercial use only**",
        ".venv/bin/python verify.py", "Rscript check.R", "so may this bundle",
        "**Tables of the export that are not here**: erasures.csv, events.csv, ratings.csv.",
        "**Columns of `skips.csv` that are not here**: rater, pair, dialogue, kind, order, position, note,",
        "- Blinding: ",
    ):  # fmt: skip
        assert said in text, said
    assert (made / "protocol.json").read_bytes() == (made / "data" / "protocol.json").read_bytes()


def test_what_is_installed_is_what_the_analysis_imports() -> None:
    names = set(re.findall(r"(?m)^([a-z0-9-]+)==", requirements()))
    assert names == {
        "contourpy", "cycler", "fonttools", "jinja2", "kiwisolver", "markupsafe", "matplotlib", "numpy",
        "packaging", "pillow", "pyarrow", "pyparsing", "python-dateutil", "scipy", "six",
    }  # fmt: skip
    assert all("--hash=sha256:" in entry for entry in re.split(r"(?m)^(?=[a-z0-9])", requirements())[1:])


def test_the_program_is_the_analysis_and_nothing_of_the_app(made: Path) -> None:
    outside = {name for name in modules() if not name.startswith("studies.analysis")}
    assert outside == {"studies", "studies.comparison", "studies.normalising", "studies.protocol"}
    copied = {
        path.relative_to(made / "code").as_posix() for path in (made / "code").rglob("*.*") if path.is_file()
    }
    assert {"studies/analysis/reporting/page.css", "studies/analysis/reporting/page.jinja"} <= copied
    assert not any("django" in path or "/bundle/" in path for path in copied)
