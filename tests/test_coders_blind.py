"""Coders are blind: loud names stand wherever a text's source could show, and none may arrive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db.models import Model, QuerySet
from django.test import Client, signals
from django.urls import reverse

from raters.coding import planning
from raters.models import CodingSession
from studies.models import Passage, Response, Study, System
from tests.factories import NOW
from tests.raters.coder_studies import add_passage, begun, code, study_to_code, texts_of

pytestmark = pytest.mark.django_db

LOUD = (
    *("LOUDRATER", "LOUDJUDGE", "LOUDSYSTEM", "LOUDVARIANT", "LOUDKEY", "LOUDPAIR", "LOUDWRITER"),
    *("LOUDFAMILY", "LOUDMODEL", "LOUDEXTERNAL", "LOUDTAG", "LOUDMETA", "LOUDNOTES", "LOUDLABEL"),
    *("LOUDCODES", "LOUDNOTE", "LOUDSLUG", "LOUDRULE"),
)
PAGES = ("coding", "coding_begin", "coding_earlier", "coding_support", "coding_stop", "coding_done")


@pytest.fixture
def loud_study() -> Study:
    """Every field beside a text that could say whose it is, shouting."""
    study = study_to_code("loudslug", reasons=0, replies=0, notes="LOUDNOTES", stopping_rule="LOUDRULE")
    study.dialogues.update(tags=["LOUDTAG"], meta={"source": "LOUDMETA"})
    for number, dialogue in enumerate(study.dialogues.order_by("pk")):
        dialogue.external_id = f"LOUDEXTERNAL-{number}"
        dialogue.save()
    for number, system in enumerate(System.objects.filter(study=study)):
        system.name, system.family, system.model_id = f"LOUDSYSTEM-{number}", "LOUDFAMILY", "LOUDMODEL"
        system.save()
    Response.objects.filter(dialogue__study=study).update(writer="LOUDWRITER")
    for number, pair in enumerate(study.dialogues.order_by("pk")[0].pairs.all()):
        pair.key = f"LOUDPAIR-{number}"
        pair.save()
    sources = (("rater", "LOUDRATER"), ("judge", "LOUDJUDGE"), ("rater", "LOUDRATER-2"))
    for place, (kind, name) in enumerate(sources):
        fields = {"source_kind": kind, "source": name, "variant": "LOUDVARIANT", "key": f"LOUDKEY-{place}"}
        add_passage(study, place, "reason", **fields)
    for place in (3, 4):
        add_passage(study, place, "reply", source=f"LOUDSYSTEM-{place}", key=f"LOUDKEY-{place}")
    return study


def walk_every_page(study: Study) -> Iterator[Any]:
    """Every page, redirect and error that a coder can meet: test client answers."""
    one, two = begun(study)
    CodingSession.objects.update(label="LOUDLABEL")
    # What the other coder said of the same texts.
    for row in texts_of(two)[:3]:
        code(row, ["reframe"], note="LOUDNOTE")
    client = Client()

    def at(page: str, *more: object) -> str:
        return reverse(f"raters:{page}", args=[one.token, *more])

    CodingSession.objects.filter(pk=one.pk).update(started_at=None)
    yield from (client.get(at(page)) for page in PAGES)
    yield client.post(at("coding_begin"))
    for own in texts_of(one)[:4]:
        text = at("coding_text", own.token)
        yield client.get(text)
        yield client.post(at("coding_draft", own.token), {"codes": "reframe"})
        yield client.get(at("coding_skip", own.token))
        yield client.post(text, {})
        yield client.post(text, {"codes": ["reframe", "purple"]})
        yield client.post(text, {"codes": ["offer_hope"], "note": "Mine."})
        yield client.get(text)
    yield from (client.get(at(page)) for page in PAGES)
    last = texts_of(one)[4]
    yield client.get(at("coding_draft", last.token))
    yield client.post(at("coding_skip", last.token), {"note": "No."}, follow=True)
    yield from (client.get(at(page)) for page in PAGES)
    gone = texts_of(one)[1]
    Passage.objects.filter(pk=gone.passage_id).update(text="", erased_at=NOW)
    yield client.get(at("coding_text", gone.token))
    yield client.get(at("coding_text", gone.token), follow=True)
    yield client.get(at("coding_text", texts_of(two)[0].token))
    yield client.delete(at("coding_begin"))
    yield client.post(at("coding_stop"), follow=True)
    yield from (client.get(at(page)) for page in PAGES)
    planning.hand_over(session=two, now=NOW)
    yield client.get(reverse("raters:coding_text", args=[two.token, texts_of(two)[4].token]), follow=True)


def everything_in(answer: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n{answer.cookies.output()}\n{answer.content.decode()}"


def test_nothing_that_says_whose_words_they_are_reaches_a_coder(loud_study: Study) -> None:
    answers = list(walk_every_page(loud_study))

    assert {answer.status_code for answer in answers} == {200, 204, 303, 404, 405, 422}
    shown = {template.name for answer in answers for template in answer.templates}
    around = ("begin", "text", "skip", "stop", "support", "earlier", "done")
    assert {f"raters/coding/{name}.html" for name in around} - shown == set()
    for answer in answers:
        arrived = everything_in(answer).upper()
        assert [name for name in LOUD if name in arrived] == []


def test_the_planted_names_are_really_there(loud_study: Study) -> None:
    rows = Passage.objects.filter(study=loud_study).select_related("pair", "dialogue").order_by("place")

    assert [row.source[:9] for row in rows] == ["LOUDRATER", "LOUDJUDGE", "LOUDRATER", *["LOUDSYSTE"] * 2]
    assert {row.key[:7] for row in rows} == {"LOUDKEY"}
    assert any(row.pair and row.pair.key.startswith("LOUDPAIR") for row in rows)
    assert {row.dialogue.tags[0] for row in rows} == {"LOUDTAG"}


def test_a_page_is_the_same_whoever_wrote_the_text_in_whatever_pair_and_order(loud_study: Study) -> None:
    session = begun(loud_study)[0]
    own = texts_of(session)[0]
    address = reverse("raters:coding_text", args=[session.token, own.token])
    before = Client().get(address).content
    other = loud_study.dialogues.order_by("-pk")[0]

    changed = {
        "source_kind": "judge",
        "source": "somebody",
        "variant": "no_rubric",
        "order": "BA",
        "occasion": 2,
    }
    Passage.objects.filter(pk=own.passage_id).update(
        **changed, key="0" * 12, dialogue=other, pair=other.pairs.order_by("-pk")[0], may_leave=False
    )

    assert Client().get(address).content == before


def test_no_template_is_given_a_model(loud_study: Study) -> None:
    seen: list[dict[str, Any]] = []

    def note(sender: object, context: Any, **kwargs: Any) -> None:
        seen.append(context.flatten())

    signals.template_rendered.connect(note)
    for _ in walk_every_page(loud_study):
        pass
    signals.template_rendered.disconnect(note)

    assert len(seen) > 20
    for context in seen:
        assert {n: v for n, v in context.items() if isinstance(v, Model | QuerySet)} == {}


def test_script_and_style_are_the_same_for_every_study() -> None:
    for name in ("js/coding.js", "js/saving.js", "css/coding.css"):
        path = finders.find(name)
        assert path is not None
        text = Path(str(path)).read_text().upper()
        assert "{%" not in text
        assert [loud for loud in LOUD if loud in text] == []
