"""The admin's two steps: look, then load."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from studies.models import Dialogue, ImportBatch, Protocol, Response, Study
from tests.studies.importing.material import dialogue, lines, reply
from tests.studies.importing.test_load import NOW, stored_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return Study.objects.create(slug="s", title="S")


def signed_in(*permissions: str, staff: bool = True) -> Client:
    user = User.objects.create_user("u", is_staff=staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def client() -> Client:
    return signed_in("change_study", "view_study")


def start_url(study: Study) -> str:
    return reverse("admin:studies_study_import", args=[study.pk])


def review_url(batch: ImportBatch) -> str:
    return reverse("admin:studies_study_import_review", args=[batch.study_id, batch.pk])


def send(client: Client, study: Study, content: str | bytes, **more: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    chosen = {"format": "jsonl", "licence": "CC BY 4.0", "file": SimpleUploadedFile("f.jsonl", data)}
    return client.post(start_url(study), {**chosen, **more})


def looked_at(client: Client, study: Study, content: str, **more: Any) -> ImportBatch:
    response = send(client, study, content, **more)
    batch = ImportBatch.objects.latest("pk")
    assert (response.status_code, response["Location"]) == (302, review_url(batch))
    return batch


def text_of(response: Any) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


DOUBTFUL = [
    dialogue("a", replies=[reply("alpha", "(your response)"), reply("beta", "I'm an AI, go on please.")]),
    dialogue("b", replies=[reply("beta", "What did you do on that day, then?")]),
]


def test_look_then_load(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue("a"), dialogue("b")), non_commercial="on")
    assert (batch.loaded_at, batch.created_by, Dialogue.objects.count()) == (
        None,
        User.objects.get(username="u"),
        0,
    )
    assert (batch.licence, batch.non_commercial) == ("CC BY 4.0", True)
    page = client.get(review_url(batch))
    assert "Nothing has been imported yet. This is what would happen:" in text_of(page)
    assert "alpha llm 2 2 0 0 2 0 0" in text_of(page)
    done = client.post(review_url(batch), {"action": "load"}, follow=True)
    assert "Imported 2 dialogues and 4 replies." in text_of(done)
    batch.refresh_from_db()
    assert batch.loaded_at is not None
    assert (Dialogue.objects.count(), Response.objects.count()) == (2, 4)
    again = client.post(review_url(batch), {"action": "load"}, follow=True)
    assert "This file is already loaded." in text_of(again)
    assert 'value="load"' not in again.content.decode()


def test_findings_are_shown_and_resolved(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(*DOUBTFUL))
    page = text_of(client.get(review_url(batch)))
    assert "This file cannot be imported as it is." in page
    assert "Error: placeholder 1 The reply is blank or stands for a missing one" in page
    assert "Warning: self-identification 1" in page
    assert "Dialogue alpha b missing" in page
    assert Dialogue.objects.count() == 0
    refused = text_of(client.post(review_url(batch), {"action": "load", "acknowledged": "on"}))
    assert "Lint found errors; nothing was imported: placeholder 1." in refused
    waiting = client.post(review_url(batch), {"action": "load", "exclude": ["placeholder"]})
    assert "Lint found warnings; nothing was imported" in text_of(waiting)
    assert re.search(r'value="placeholder"[^>]*checked', waiting.content.decode())
    done = client.post(
        review_url(batch),
        {"action": "load", "exclude": ["placeholder"], "acknowledged": "on"},
        follow=True,
    )
    assert "Imported 2 dialogues and 2 replies." in text_of(done)
    batch.refresh_from_db()
    assert (batch.warnings_acknowledged, batch.options["exclude"]) == (True, ["placeholder"])


def test_look_again_with_other_choices(client: Client, study: Study) -> None:
    items = json.dumps([{"dialogue_history": ["hello", "hi"], "m": "How was your day today?"}])
    batch = looked_at(client, study, items, format="heart")
    page = client.get(review_url(batch))
    assert "1 \u00d7 the dialogue has no speakers" in text_of(page)
    assert 'value="load"' not in page.content.decode()
    again = client.post(
        review_url(batch), {"action": "look", "format": "heart", "first_speaker": "supporter"}, follow=True
    )
    assert "Dialogues with assumed speakers 1" in text_of(again)
    client.post(review_url(batch), {"action": "load"})
    assert Dialogue.objects.get().turns[0]["speaker"] == "supporter"


def test_choices_that_make_no_sense_are_said(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue()))
    for data in ({"format": "jsonl", "cut": "2"}, {"format": "xml"}, {"format": "jsonl", "cut": "x"}):
        page = client.post(review_url(batch), {"action": "look", **data})
        assert page.status_code == 200
        assert 'class="error"' in page.content.decode()


def test_discard(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue()))
    done = client.post(review_url(batch), {"action": "discard"}, follow=True)
    assert "The file was discarded" in text_of(done)
    assert (ImportBatch.objects.count(), stored_files()) == (0, [])


def test_a_file_looked_at_can_be_found_again(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue()))
    page = client.get(start_url(study))
    assert review_url(batch) in page.content.decode()
    assert "f.jsonl jsonl" in text_of(page)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty. Is it the right one?"),
        (b"\xff", "the file is not UTF-8: byte 0xff at offset 0 (line 1)."),
        (b"a\0", "the file holds a NUL byte at offset 1 (line 1)."),
    ],
)
def test_files_that_are_refused_as_a_whole(client: Client, study: Study, content: bytes, said: str) -> None:
    page = send(client, study, content)
    assert page.status_code == 200
    assert said in text_of(page)
    assert (ImportBatch.objects.count(), stored_files()) == (0, [])


def test_the_licence_and_the_file_are_asked_for(client: Client, study: Study) -> None:
    assert "This field is required." in text_of(send(client, study, "{}", licence=" "))
    assert "This field is required." in text_of(client.post(start_url(study), {"format": "jsonl"}))


def test_a_frozen_study_takes_nothing(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue()))
    Protocol.objects.create(study=study, version=1, canonical="{}", sha256="0" * 64, frozen_at=NOW)
    assert "its material can no longer change" in text_of(client.get(start_url(study)))
    refused = client.post(review_url(batch), {"action": "load"})
    assert "The study is frozen" in text_of(refused)
    assert Dialogue.objects.count() == 0


HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\u202e=1+1'


def test_hostile_texts_are_only_text(client: Client, study: Study) -> None:
    broken = dialogue(HOSTILE, replies=[reply(f"{HOSTILE}s", f"as an AI {HOSTILE}")], tags=[HOSTILE])
    batch = looked_at(client, study, lines(broken) + json.dumps({HOSTILE: 1}))
    ok = looked_at(client, study, lines(broken, dialogue("b")), licence=HOSTILE)
    for url in (review_url(batch), review_url(ok), start_url(study)):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_pages_obey_the_policy_for_scripts_and_styles(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(*DOUBTFUL))
    for url in (start_url(study), review_url(batch)):
        response = client.get(url)
        page = response.content.decode()
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)", page)
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", page)


@pytest.mark.parametrize(
    ("permissions", "staff", "status"),
    [(("change_study",), False, 302), (("view_study",), True, 403), ((), True, 403)],
)
def test_only_staff_who_may_change_the_study(
    study: Study, permissions: tuple[str, ...], staff: bool, status: int
) -> None:
    batch = ImportBatch.objects.create(study=study, file_name="f", format="jsonl", report={"a": 1})
    client = signed_in(*permissions, staff=staff)
    for url in (start_url(study), review_url(batch)):
        assert client.get(url).status_code == status
        assert client.post(url, {"action": "discard"}).status_code == status
    assert ImportBatch.objects.count() == 1


def test_batches_of_other_studies_and_unknown_actions_are_not_found(client: Client, study: Study) -> None:
    batch = looked_at(client, study, lines(dialogue()))
    other = Study.objects.create(slug="o", title="O")
    assert (
        client.get(reverse("admin:studies_study_import_review", args=[other.pk, batch.pk])).status_code == 404
    )
    assert client.post(review_url(batch), {"action": "drop"}).status_code == 404
    assert client.get(reverse("admin:studies_study_import", args=[0])).status_code == 404


def test_posts_need_the_csrf_token(study: Study) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("root"))
    assert send(strict, study, lines(dialogue())).status_code == 403
