"""heds.json, heds.md and the section: every question of the list, exactly once for each criterion."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from studies.analysis import heds
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from studies.analysis.heds.answers import Sheet
from studies.analysis.heds.fields import fields
from studies.analysis.heds.form import form_of, json_of
from studies.analysis.heds.page import markdown_of
from studies.analysis.heds.sections import datasheet
from tests.studies.analysis.heds.study import element, evidence, said, sheet_of
from tests.studies.analysis.heds.test_filling import EMPTY
from tests.studies.analysis.tables import rows_of

CRITERIA = "heds-criteria-criterion"
HOSTILE = '1. "q" | a\\b `c` *d* _e_ <b>f</b> [g](h) &amp; # i\n\n- j\n---\n> k\u2028~~~\n=l'
with (Path(heds.__file__).with_name("fields.tsv")).open(encoding="utf-8", newline="") as file:
    LIST = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
QUESTIONS = [row for row in LIST if row["question"]]


def repeats(row: dict[str, str]) -> bool:
    return row["element_id"].startswith(f"{CRITERIA}-")


def options_of(row: dict[str, str]) -> int:
    listed = list(row.values())[-1]
    return 185 if listed.startswith("185 options") else len(listed.split(" | ")) if listed else 0


@pytest.fixture(params=["empty", "filled"])
def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> Sheet:
    return sheet_of(EMPTY if request.param == "empty" else evidence(tmp_path))


def test_the_list_is_whole() -> None:
    assert (len(LIST), len(QUESTIONS), sum(map(repeats, LIST))) == (63, 62, 21)
    languages = [field.options for field in fields() if field.number in ("2.4", "2.5")]
    assert [len(options) for options in languages] == [185, 185]
    # In the form the options' places are not their numbers.
    assert languages[0][:2] == ("185. N/A (please explain)", "1. Abkhazian")
    assert (languages[0][41], languages[0][184]) == ("41. English", "184. Other (please describe)")


def test_every_entry_of_the_form_is_written(sheet: Sheet) -> None:
    expected = set()
    for row in LIST:
        options = options_of(row)
        places = [f"-{place}" for place in range(1, options + 1)]
        expected |= {row["element_id"] + end for end in ([*places, "-other_text"] if options else [""])}
    form = form_of(sheet)
    assert set(form) == expected
    for row in QUESTIONS:
        keys = list(sheet.criteria) if repeats(row) else [""]
        for element_id in (one for one in expected if re.fullmatch(row["element_id"] + r"(-\d+)?", one)):
            entry = form[element_id]
            assert list(entry["data"]) == keys, element_id
            assert (entry["control"], entry["number"]) == ({}, row["question"])


def test_a_choice_has_labels_where_it_is_on_and_a_radio_group_at_most_one(sheet: Sheet) -> None:
    form = form_of(sheet)
    for field in fields():
        for criterion in (sheet.criteria if field.repeats else ("",)) if field.is_choice else ():
            options = [form[f"{field.element_id}-{place + 1}"] for place in range(len(field.options))]
            on = [one["data"][criterion] for one in options]
            labels = [one["text"][criterion] for one in options]
            assert labels == [text if is_on else "" for text, is_on in zip(field.options, on, strict=True)]
            assert field.kind == "some_of" or sum(on) <= 1


def test_one_criterion_is_open_in_the_form(tmp_path: Path) -> None:
    form = form_of(sheet_of(evidence(tmp_path)))
    assert form[CRITERIA] == {
        "data": {},
        "control": {"overall": True, "attunement": False, "wit": False},
        "text": {},
    }
    assert form_of(sheet_of(EMPTY))[CRITERIA] == {"data": {}, "control": {}, "text": {}}


def test_answers_stand_where_the_form_keeps_them(tmp_path: Path) -> None:
    form = form_of(sheet_of(evidence(tmp_path)))
    relative = element("4.2.2")
    both = {"overall": True, "attunement": True, "wit": True}
    assert form[f"{relative}-2"] == {
        "data": both,
        "control": {},
        "number": "4.2.2",
        "text": dict.fromkeys(both, "2. Relative"),
    }
    assert form[f"{relative}-1"]["text"] == dict.fromkeys(both, "")
    paid = element("3.2.2.2")
    assert form[f"{paid}-1"]["data"] == {"": True}
    assert form[f"{paid}-other_text"] == {
        "data": {"": "Raters read: “£4.50 a session”"},
        "control": {},
        "number": None,
    }
    assert form["heds-criteria-criterion-response_elicitation-participant_criterion_definiiton"]["data"] == {
        "overall": "Your overall choice",
        "attunement": "From general comfort to own details",
        "wit": "no definition given (raters see the question only)",
    }
    # A proposal is no answer: the form's box stays empty.
    assert form[f"{element('5.3')}-other_text"]["data"] == {"": ""}


def test_the_page_holds_every_question_once_for_each_criterion(sheet: Sheet) -> None:
    page = markdown_of(sheet)
    headings = re.findall(r"(?m)^#### (\S+) ", page)
    assert headings == [one.field.number for one in sheet.answers]
    for row in QUESTIONS:
        expected = max(len(sheet.criteria), 1) if repeats(row) else 1
        assert headings.count(row["question"]) == expected, row["question"]
    blocks = re.split(r"(?m)^#### ", page)[1:]
    for answer, block in zip(sheet.answers, blocks, strict=True):
        told = block.splitlines()[2]
        assert told.startswith("**open: " if answer.is_open else "> ")
        assert (f"\nFrom: {answer.source}\n" in block) is not answer.is_open


def test_the_page_reads_so(tmp_path: Path) -> None:
    page = markdown_of(sheet_of(evidence(tmp_path)))
    assert page.startswith(
        "# Human Evaluation Datasheet (HEDS 3.0)\n\n"
        "Questions: Belz & Thomson, HEDS 3.0, arXiv 2412.07940. Of 104 answers 71 are filled: 57 from the "
        "protocol, 6 from the data, 8 from the analysis, 0 by the researcher. Open are 33.\n"
    )
    assert "### Criterion attunement: Attunement\n" in page
    assert (
        "#### 3.2.2.2 Did participants receive any form of payment?\n\n> 1\\. Paid (monetary "
        "compensation)\n\n"
        "From: protocol\n\nComment:\n\n> Raters read: “£4.50 a session”\n\n"
    ) in page
    assert (
        "#### 5.4 Have any impact assessments been carried out for the evaluation experiment, and/or any "
        "data collected/evaluated in connection with it?\n\n**open: The researcher: the impact "
        "assessments that were made, or that there were none.**\n"
    ) in page
    assert "conditions are not controlled" not in page
    assert "<u>" not in page


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path, sheet=[said(element("5.1"), HOSTILE, comment=HOSTILE)]))
    form: dict[str, Any] = json.loads(json_of(sheet))
    assert form[element("5.1")]["data"] == {"": HOSTILE}
    block = markdown_of(sheet).partition("#### 5.1 ")[2].partition("#### 5.2 ")[0]
    quoted = (
        '> 1\\. "q" \\| a\\\\b \\`c\\` \\*d\\* \\_e\\_ \\<b\\>f\\</b\\> \\[g\\](h) \\&amp; \\# i\n>\n'
        "> \\- j\n>\n> \\---\n>\n> \\> k\n>\n> \\~\\~\\~\n>\n> \\=l\n"
    )
    assert block.partition("\n\n")[2] == f"{quoted}\nFrom: researcher\n\nComment:\n\n{quoted}\n"
    assert markdown_of(sheet).count("\n#### ") == len(sheet.answers)


def test_the_section_counts_what_is_filled(tmp_path: Path) -> None:
    found = evidence(tmp_path, sheet=[said(element("5.4"), "None.", comment="Small study.")])
    section = datasheet(found)
    assert section.title == "Datasheet (HEDS 3.0)"
    assert section.lead[1] == (
        "Of 104 answers 72 are filled: 57 from the protocol, 6 from the data, 8 from the analysis, 1 by the "
        "researcher. Open are 32."
    )
    assert section.lead[2].startswith("Open, at least for one criterion: 1.1.1, 1.2, 1.3.1.1, ")
    rows = rows_of(section, "heds_full")
    assert len(rows) == 104
    assert rows[-1] == {
        "number": "5.4",
        "criterion": "",
        "title": LIST[-1]["title"],
        "answer": "None. (Comment: Small study.)",
        "source": "researcher",
    }
    assert rows[-2]["source"] == "open"
    assert rows[-2]["answer"] == (
        "The researcher: choose whether dialogues, replies or reasons tell of health or another special "
        "category, and describe it in the comment. (Comment: Dialogues of emotional support may tell of "
        "somebody's health. Raters' written reasons may, too.)"
    )


def test_the_documents_say_what_the_section_says(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    found = evidence(export)
    out = tmp_path / "out"
    done = analyze(path=export, out=out, options=Options(human=("human",)))
    assert done["documents"][-2:] == ["heds.json", "heds.md"]
    assert json.loads((out / "heds.json").read_text(encoding="utf-8")) == form_of(sheet_of(found))
    assert (out / "heds.md").read_text(encoding="utf-8") == markdown_of(sheet_of(found))
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [section["key"] for section in report["sections"]].count("heds") == 1
