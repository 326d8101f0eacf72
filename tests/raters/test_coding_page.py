"""A study's page for coding, the codebook on the study's own page, and the commands beside them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from raters.models import CodingAssignment, CodingSession
from studies.coding import codebooks
from studies.models import Study
from tests import factories
from tests.coded_studies import coded_study, reasoned_study
from tests.factories import NOW

pytestmark = pytest.mark.django_db
QUERIES = 12
ALL = {"reasons": "on", "replies": "on"}


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("head", password="secret"))
    return client


def address(study: Study) -> str:
    return reverse("admin:raters_study_coding", args=[study.pk])


def page(client: Client, study: Study) -> str:
    answer = client.get(address(study))
    assert answer.status_code == 200
    return answer.content.decode()


def posted(client: Client, study: Study, **fields: str) -> str:
    return client.post(address(study), fields, follow=True).content.decode()


def command(name: str, *words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(name, *words, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_a_codebook_is_started_frozen_and_made_anew(researcher: Client) -> None:
    study = factories.make_study()
    assert "No version is frozen yet." in page(researcher, study)
    assert "Texts are set out once the study is frozen." in page(researcher, study)

    assert "#codes-group" in page(researcher, study)
    assert "25 codes added." in posted(researcher, study, action="default")
    assert "Version 1 of the codebook is frozen." in posted(researcher, study, action="freeze")
    assert "Freeze this version" not in page(researcher, study)
    # Inside the fold, which the browser therefore opens.
    inside = reverse("admin:studies_study_change", args=[study.pk]) + "#codes-0"
    assert f'href="{inside}"' in page(researcher, study)
    assert 'id="codes-0"' in researcher.get(inside).content.decode()
    study.codes.filter(key="other").update(name="Something else")
    assert "Codes were edited since" in page(researcher, study)
    assert "Version 2 of the codebook is frozen." in posted(researcher, study, action="freeze")


def test_counting_does_nothing_and_setting_out_does_what_was_counted(researcher: Client) -> None:
    study = reasoned_study(dialogues=1)

    counted = posted(researcher, study, action="count", **ALL, pairs="1")
    assert "Who codes" not in counted
    assert "Set out 11 texts" in " ".join(counted.split())
    assert not study.passages.exists()

    done = posted(researcher, study, action="set_out", **ALL, pairs="1")
    assert "Set out: 11 texts; 0 were there." in done
    assert study.passages.count() == 11
    desk = reverse("admin:raters_study_desk", args=[study.pk])
    models = reverse("admin:studies_study_models", args=[study.pk])
    for next_step in (f"{desk}#desk-coders", f"{models}#models-coders"):
        assert f'href="{next_step}"' in done
    assert 'id="desk-coders"' in researcher.get(desk).content.decode()
    assert 'id="models-coders"' in researcher.get(models).content.decode()
    assert '<th scope="row">judges without a rubric</th><td>3</td><td>3</td><td>0</td>' in done


def test_the_page_says_why_there_is_nothing_to_set_out(researcher: Client) -> None:
    study = factories.open_study(factories.make_study(dialogues=1))

    told = posted(researcher, study, action="count", reasons="on")

    assert "there is no text to set out" in told
    assert "The study is still open" in told
    assert "choose reasons, replies or both" in posted(researcher, study, action="set_out")


def test_whoever_may_not_change_studies_sees_nothing() -> None:
    study = factories.make_study()
    client = Client()
    assert client.get(address(study)).status_code == 302
    client.force_login(factories.make_staff(may=["view"]))

    assert client.get(address(study)).status_code == 403


def test_an_unknown_button_does_nothing(researcher: Client) -> None:
    assert researcher.post(address(factories.make_study()), {"action": "x"}).status_code == 404


def test_codes_are_edited_until_somebody_has_coded(researcher: Client) -> None:
    study = coded_study(dialogues=1)
    change = reverse("admin:studies_study_change", args=[study.pk])
    assert 'name="codes-0-definition"' in researcher.get(change).content.decode()
    session = CodingSession.objects.create(study=study, codebook=study.codebooks.get(), invited_at=NOW)
    passage = study.passages.get(place=1)
    CodingAssignment.objects.create(session=session, passage=passage, position=1, coded_at=NOW)

    shown = researcher.get(change).content.decode()

    assert 'name="codes-0-definition"' not in shown
    assert "The reason is about sounding like a person" in shown
    assert "it can no longer change" in page(researcher, study)
    assert 'value="default"' not in page(researcher, study)
    assert "Somebody has coded with this codebook" in posted(researcher, study, action="default")


def test_the_desk_leads_to_the_page(researcher: Client) -> None:
    study = factories.make_study()

    desk = researcher.get(reverse("admin:raters_study_desk", args=[study.pk])).content.decode()

    assert address(study) in desk


def test_the_page_costs_the_same_for_few_and_many_texts(
    researcher: Client, django_assert_num_queries: Any
) -> None:
    study = coded_study(dialogues=1)
    page(researcher, study)
    with django_assert_num_queries(QUERIES):
        page(researcher, study)
    study.passages.exclude(place=1).filter(assignments__isnull=True, of_rater__isnull=True).delete()
    with django_assert_num_queries(QUERIES):
        page(researcher, study)


def test_commands_make_the_codebook_and_set_out() -> None:
    study = reasoned_study(dialogues=1)

    made = command("make_codebook", study.slug)
    assert (made["version"], made["codes"], made["sha256"]) == (1, 25, study.codebooks.get().sha256)
    assert command("make_codebook", study.slug, "--as-it-is")["version"] == 1

    would_be = command("set_out_passages", study.slug, "--dry-run", "--reasons-only", "--per-pair", "1")
    assert would_be == {
        "study": study.slug,
        "raters": 2,
        "judges": 4,
        "replies": 0,
        "known": 0,
        "passages": 0,
    }
    done = command("set_out_passages", study.slug, "--replies-only", "--dialogues", "1")
    assert (done["replies"], done["raters"], done["passages"]) == (3, 0, 3)


def test_commands_say_what_is_wrong() -> None:
    study = factories.make_study()
    with pytest.raises(CommandError, match="not frozen"):
        command("set_out_passages", study.slug)
    with pytest.raises(CommandError, match="the codebook is empty"):
        command("make_codebook", study.slug, "--as-it-is")
    assert codebooks.current(study) is None
