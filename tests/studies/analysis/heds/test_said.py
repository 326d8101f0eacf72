"""The researcher's answers are held against the form before anything is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from studies.analysis.evidence import Options, read_evidence
from studies.analysis.heds.checking import problems_of
from studies.analysis.heds.fields import fields
from studies.analysis.reading import CannotRead
from tests.studies.analysis.heds.study import element, evidence, said, sheet_of
from tests.studies.analysis.tables import Row

YES_NO = ("1. Yes", "2. No")


def problems(number: str, value: str) -> tuple[str, ...]:
    return problems_of(next(field for field in fields() if field.number == number), value)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("1.3.1.1", "Any | text, as it is"),
        ("3.2.1", "15"),
        ("3.2.1", "N/A"),
        ("3.2.2.1", "2. No"),
        ("2.4", "41. English|55. German"),
        ("3.3.5", "5. None of the above (please describe)"),
        ("3.2.2.1", ""),
    ],
)
def test_what_the_form_takes_has_no_problem(number: str, value: str) -> None:
    assert problems(number, value) == ()


@pytest.mark.parametrize(
    ("number", "value", "problem"),
    [
        ("3.2.1", "a few", "'a few' is no whole number; the form takes digits, or N/A."),
        ("3.2.1", "-3", "'-3' is no whole number; the form takes digits, or N/A."),
        ("3.2.2.1", "Yes", "'Yes' is no option of question 3.2.2.1."),
        ("3.2.2.1", "|".join(YES_NO), "Question 3.2.2.1 takes one option; here are 2."),
        ("2.3", "16. Summarisation (text-to-text)|16. Summarisation (text-to-text)",
         "An option stands there more than once."),
        ("2.4", "41. English|185. N/A (please explain)",
         "An option that says none of the above, or N/A, stands alone."),
        ("", "overall", "The criteria are the rubric's rows; they cannot be answered."),
    ],
)  # fmt: skip
def test_what_the_form_would_not_take_is_told(number: str, value: str, problem: str) -> None:
    assert problems(number, value) == (problem,)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (said("heds-nothing", "x"), "there is no question 'heds-nothing' in HEDS 3.0"),
        (said(element("4.2.2"), "1. Absolute"),
         "'' is no criterion of this study (overall, attunement, wit)"),
        (said(element("4.2.2"), "2. Relative", "charm"),
         "'charm' is no criterion of this study (overall, attunement, wit)"),
        (said(element("5.1"), "x", "overall"), "question 5.1 is asked once, not for a criterion ('overall')"),
        (said(element("3.2.2.1"), "3. Maybe"), "'3. Maybe' is no option of question 3.2.2.1."),
        (said(element("1.3.1.1"), "Again"), "the question is answered in an earlier row too"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_with_its_number(tmp_path: Path, row: Row, why: str) -> None:
    found = evidence(tmp_path, sheet=[said(element("1.3.1.1"), "A. Person"), row])
    with pytest.raises(CannotRead) as refused:
        sheet_of(found)
    assert str(refused.value) == f"sheet.csv, row 2: {why}"


def test_the_guides_example_is_taken(tmp_path: Path) -> None:
    guide = (settings.BASE_DIR / "docs" / "guide.md").read_text(encoding="utf-8")
    example = guide.partition("## The datasheet")[2].split("```\n")[1]
    evidence(tmp_path)
    (tmp_path / "sheet.csv").write_text(example, encoding="utf-8")
    sheet = sheet_of(read_evidence(tmp_path, Options(human=("human",))))
    assert sheet.of("5.1").values == ("Ethics board of the university, no. 12/26",)
    assert sheet.of("2.4").values == ("41. English", "55. German")
    assert sheet.count("researcher") == 4


def test_a_sheet_without_the_optional_columns_is_read(tmp_path: Path) -> None:
    found = evidence(tmp_path, sheet=[{"element_id": element("5.4"), "value": "None."}])
    assert sheet_of(found).of("5.4").values == ("None.",)
