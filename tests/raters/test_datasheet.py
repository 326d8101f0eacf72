"""The HEDS sheet's pages: what the report filled in, and what the researcher says instead."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from raters import export
from raters.models import ExportJob
from studies import datasheet
from studies.analysis.heds.fields import fields, numbered
from studies.models import SheetAnswer, Study
from tests.factories import NOW, make_rater, make_staff, make_study, open_study, rate_all

pytestmark = pytest.mark.django_db
OUTPUTS, EXPERTS, NAME = (numbered()[number].element_id for number in ("2.2", "3.2.2.1", "4.3.1.2"))


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(make_staff("head"))
    return client


@pytest.fixture
def study() -> Study:
    study = open_study(make_study())
    rate_all(make_rater(study))
    return study


def listed(study: Study) -> str:
    return reverse("admin:raters_study_datasheet", args=[study.pk])


def at(study: Study, element_id: str, criterion: str = "") -> str:
    query = urlencode({"q": element_id, "of": criterion})
    return f"{reverse('admin:raters_study_answer', args=[study.pk])}?{query}"


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_without_a_report_everything_is_open_and_each_question_can_be_answered(
    researcher: Client, study: Study
) -> None:
    shown = page(researcher, listed(study))

    criteria = datasheet.criteria_of(study)
    asked = [field for field in fields() if field.number]
    total = sum(len(criteria) if field.repeats else 1 for field in asked)
    assert f"{total} of {total} answers are open." in shown
    assert shown.count('class="sheet-row sheet-open"') == total
    assert "No report has been made yet" in shown


def test_the_last_reports_answers_stand_there_with_their_source(researcher: Client, study: Study) -> None:
    export.request_export(study=study, user=None, now=NOW, kind=ExportJob.Kind.REPORT)
    export.run_waiting(now=NOW + timedelta(minutes=1))
    job = ExportJob.objects.get()
    filled = [row for row in job.manifest["datasheet"] if row["source"] != "open"]

    shown = page(researcher, listed(study))

    assert len(filled) > 50
    assert shown.count('class="sheet-row sheet-open"') == len(job.manifest["datasheet"]) - len(filled)
    assert "6. Text: multiple sentences" in shown


def test_only_what_is_open_can_be_shown(researcher: Client, study: Study) -> None:
    researcher.post(at(study, EXPERTS), {"value": "2. No", "comment": ""})

    shown = page(researcher, f"{listed(study)}?open")

    assert shown.count('class="sheet-row') == shown.count('class="sheet-row sheet-open"') > 100
    assert "Show all questions" in shown
    assert "Are the evaluators in this experiment domain experts?" not in shown


def test_an_answer_is_stored_shown_and_taken_away_again(researcher: Client, study: Study) -> None:
    address = at(study, EXPERTS)

    assert researcher.post(address, {"value": "2. No", "comment": "a crowd"}).status_code == 302

    assert list(SheetAnswer.objects.values_list("question", "criterion", "value", "comment")) == [
        (EXPERTS, "", "2. No", "a crowd")
    ]
    assert "2. No (a crowd)" in page(researcher, listed(study))
    researcher.post(address, {"value": "", "comment": ""})
    assert not SheetAnswer.objects.exists()


def test_from_one_open_question_to_the_next_without_the_list(researcher: Client, study: Study) -> None:
    after = numbered()["3.2.2.2"].element_id
    asked = page(researcher, at(study, EXPERTS))
    assert re.search(r"<fieldset[^>]*><legend>Your answer:</legend>", asked)

    onward = researcher.post(at(study, EXPERTS), {"value": "2. No", "comment": "", "onward": "yes"})
    there = researcher.post(at(study, after), {"value": "", "comment": ""})

    assert onward.headers["Location"] == at(study, after)
    assert there.headers["Location"] == f"{listed(study)}#q3.2.2.2"


def test_answered_ones_are_passed_by_and_after_the_last_comes_the_list(
    researcher: Client, study: Study
) -> None:
    *_, before, last = [row for row in numbered().values() if not row.repeats]
    researcher.post(at(study, last.element_id), {"value": "N/A", "comment": ""})

    said = {"value": before.options[0], "comment": "", "onward": "yes"}
    onward = researcher.post(at(study, before.element_id), said)

    assert SheetAnswer.objects.count() == 2
    assert onward.headers["Location"] == f"{listed(study)}#q{before.number}"


def test_several_options_are_one_answer(researcher: Client, study: Study) -> None:
    options = ["6. Text: multiple sentences", "8. Text: dialogue"]

    researcher.post(at(study, OUTPUTS), {"value": options, "comment": ""})

    assert SheetAnswer.objects.get().value == "6. Text: multiple sentences|8. Text: dialogue"
    assert page(researcher, at(study, OUTPUTS)).count("checked") == 2


def test_what_the_form_would_not_take_is_said_and_not_stored(researcher: Client, study: Study) -> None:
    count = numbered()["3.2.1"].element_id

    answer = researcher.post(at(study, count), {"value": "a few", "comment": ""})

    assert "is no whole number; the form takes digits, or N/A." in answer.content.decode()
    assert not SheetAnswer.objects.exists()


def test_a_criterions_question_is_answered_for_that_criterion(researcher: Client, study: Study) -> None:
    researcher.post(at(study, NAME, "overall"), {"value": "Goodness", "comment": ""})

    assert SheetAnswer.objects.get().criterion == "overall"
    assert page(researcher, listed(study)).count("Goodness") == 1


@pytest.mark.parametrize(
    ("element_id", "criterion"), [("nothing", ""), (NAME, ""), (NAME, "warmth"), (EXPERTS, "overall")]
)
def test_what_is_not_asked_is_not_found(
    researcher: Client, study: Study, element_id: str, criterion: str
) -> None:
    assert researcher.get(at(study, element_id, criterion)).status_code == 404


def test_who_may_not_change_the_study_may_not_answer(study: Study) -> None:
    client = Client()
    client.force_login(make_staff("looker", may=("view",)))

    assert client.get(listed(study)).status_code == 403
    assert client.post(at(study, EXPERTS), {"value": "2. No"}).status_code == 403
