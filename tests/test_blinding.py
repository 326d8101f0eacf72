"""Blinding as a tested property: loud names stand wherever a system can be named, and none may arrive."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db.models import Model, QuerySet
from django.test import Client, signals
from django.urls import reverse
from django.utils import timezone

from raters import claiming, fieldwork
from raters.models import Assignment, RatingSession, Recruitment
from raters.selectors import blinding_assignments, comprehension_questions, document_for
from studies import pairing
from studies.judging.planning import plan_judgments
from studies.models import Judgment, Pair, Protocol, Question, Response, Study, System
from tests import factories
from tests.scripted_runs import make_judges, make_provider, run_to_end

pytestmark = pytest.mark.django_db

LOUD = (
    "LOUDHUMAN",
    "LOUDMODEL",
    "LOUDFAMILY",
    "LOUDVERSION",
    "LOUDWRITER",
    "LOUDFILE",
    "LOUDBATCH",
    "LOUDEXTERNAL",
    "LOUDTAG",
    "LOUDMETA",
    "LOUDNOTES",
    "LOUDCONSTRUCT",
    "LOUDKEY",
    "LOUDPERSON",
    "LOUDSTUDY",
    "LOUDSUBMISSION",
    "DECOY",
    "LOUDJUDGE",
    "LOUDPROVIDER",
    "LOUDSECRET",
    "LOUDPAIR",
    "LOUDCONTRAST",
    "LOUDRULE",
)


@pytest.fixture
def loud_study() -> Study:
    """Every field that could name a source, shouting."""
    study = factories.make_study(
        dialogues=0,
        notes="LOUDNOTES",
        stopping_rule="LOUDRULE",
        themes="LOUDTAG | hard things\nLOUDTAG-2 | x",
        blinding_pairs=2,
        break_minutes=1,
        session_minutes=600,
    )
    add_loud_questions(study)
    study.dimensions.filter(key="attunement").update(key="loudkey-LOUDKEY", name="LOUDCONSTRUCT")
    batch = factories.make_batch(
        study, file_name="LOUDFILE.json", licence="LOUDBATCH", options={"x": "LOUDBATCH"}
    )
    for number in range(4):
        factories.add_dialogue(
            study,
            f"LOUDEXTERNAL-{number}",
            systems=("LOUDHUMAN", "LOUDMODEL"),
            batch=batch,
            tags=["LOUDTAG"],
            meta={"source": "LOUDMETA"},
            turns=[{"speaker": "seeker", "text": "I feel alone."}],
            texts={"LOUDHUMAN": f"I am here {number}.", "LOUDMODEL": f"Since when {number}?"},
        )
    System.objects.filter(study=study).update(family="LOUDFAMILY", model_id="LOUDVERSION")
    Response.objects.filter(dialogue__study=study).update(writer="LOUDWRITER")
    pairing.make_pairs(study=study, rng=random.Random(1), baseline="LOUDHUMAN")
    factories.add_decoys(study, 12)
    Recruitment.objects.create(
        study=study, channel="prolific", completion_code="CODE", stopped_code="PART", platform_minutes=73
    )
    judges = make_judges(
        study,
        make_provider("LOUDPROVIDER", key_name="LOUDSECRET_API_KEY"),
        families=("LOUDJUDGE-1", "LOUDJUDGE-2", "LOUDJUDGE-3"),
    )
    study.contrasts.create(
        name="LOUDCONTRAST", estimand="system_vs_system", system="LOUDHUMAN", against="LOUDMODEL"
    )
    factories.open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, pilot=0, now=factories.NOW))
    return study


def add_loud_questions(study: Study) -> None:
    """Their keys are columns of an export, and no rater's business."""
    for use, right in (("comprehension", 1), ("survey", None)):
        Question.objects.create(
            study=study,
            use=use,
            key=f"LOUDKEY-{use}",
            text="Which?",
            options="This one\nThat one",
            right=right,
        )


def add_loud_training(session: RatingSession) -> Assignment:
    """A training pair in front, of two replies by systems that shout."""
    dialogue = session.study.dialogues.order_by("-pk")[0]
    first, second = (
        Response.objects.create(
            dialogue=dialogue, system=system, text=f"Practice {number}.", writer="LOUDWRITER", replicate=9
        )
        for number, system in enumerate(
            System.objects.filter(study=session.study, name__in=("LOUDHUMAN", "LOUDMODEL")), start=1
        )
    )
    kind = Pair.Kind.TRAINING
    pair = Pair.objects.create(
        dialogue=dialogue, first=first, second=second, key="LOUDPAIR", kind=kind, expected=1, feedback="Why."
    )
    return Assignment.objects.create(booklet=session.booklet, position=0, pair=pair, order="AB", kind=kind)


@pytest.fixture
def contexts() -> Iterator[list[dict[str, Any]]]:
    """Every template context of the test, flattened."""
    seen: list[dict[str, Any]] = []

    def note(sender: object, context: Any, **kwargs: Any) -> None:
        seen.append(context.flatten())

    signals.template_rendered.connect(note)
    yield seen
    signals.template_rendered.disconnect(note)


def walk_every_page(study: Study) -> Iterator[Any]:
    """Every rater page, redirect and error a whole session can meet: test client answers."""
    client = Client()
    person = {"PROLIFIC_PID": "LOUDPERSON", "STUDY_ID": "LOUDSTUDY", "SESSION_ID": "LOUDSUBMISSION"}
    join = reverse("raters:join", args=[study.slug])
    yield client.get(join)
    yield client.get(join, person)

    def session() -> RatingSession:
        return RatingSession.objects.order_by("pk")[0]

    def at(page: str, *more: object) -> str:
        return reverse(f"raters:{page}", args=[session().token, *more])

    pages = (
        *("here", "consent", "declined", "instructions", "comprehension", "turned_away", "pause", "review"),
        *("blinding", "survey", "debrief", "done", "stop", "support", "message", "withdraw"),
    )
    for post in ({"answer": "odd"}, {"answer": "no"}, {"answer": "yes"}):
        yield from (client.get(at(page)) for page in pages)
        yield client.post(at("consent"), post)
    yield client.get(at("instructions"))
    yield client.post(at("instructions"))
    yield from fail_once_and_pass(client, session())
    training = add_loud_training(session())
    for assignment in Assignment.objects.filter(booklet__session=session()).order_by("position"):
        address = at("pair", assignment.token)
        yield client.get(address)
        yield client.get(at("skip", assignment.token, "main"))
        yield client.post(at("draft", assignment.token, "main"), {"q1": "1"})
        yield client.post(address, {"q1": "9"})
        yield client.post(address, {**{f"q{n}": "1" for n in range(1, 7)}, "reason": "r"})
        yield client.get(address)
        yield client.get(at("feedback", assignment.token))
        if assignment == training:
            tired = timezone.now() - timedelta(minutes=5)
            RatingSession.objects.filter(pk=session().pk).update(sitting_started_at=tired)
            yield client.get(address, follow=True)
            yield client.get(at("pause"))
            yield client.post(at("pause"), {"answer": "on"})
    yield from (client.get(at(page)) for page in pages)
    yield client.post(at("review"))
    yield from (client.get(at(page)) for page in pages)
    yield from guess_and_finish(client, session())
    yield from (client.get(at(page)) for page in pages)
    yield Client().get(join, {**person, "SESSION_ID": "another"})
    yield client.get(at("pair", session().token))
    yield client.delete(at("consent"))
    yield from pages_of_others(study, join)


def fail_once_and_pass(client: Client, session: RatingSession) -> Iterator[Any]:
    """The comprehension check: unanswered, wrong, looked at again, right."""
    address = reverse("raters:comprehension", args=[session.token])
    right = str(comprehension_questions(session)[0].options.index("This one") + 1)
    wrong = "2" if right == "1" else "1"
    for fields in ({}, {"q1": wrong, "attempt": "1"}, {"q1": right, "attempt": "2"}):
        yield client.get(address)
        yield client.post(address, fields)


def guess_and_finish(client: Client, session: RatingSession) -> Iterator[Any]:
    """The blinding check, the survey and the debrief; nothing is opened that is not due."""

    def at(page: str) -> str:
        return reverse(f"raters:{page}", args=[session.token])

    yield client.post(at("blinding"), {"compared": "Two kinds of people"})
    session.refresh_from_db()
    for assignment in blinding_assignments(session, document_for(session)):
        yield client.get(at("blinding"))
        fields = {"pair": str(assignment.token), "first": "ai", "second": "unknown"}
        yield client.post(at("blinding"), fields)
        yield client.post(at("blinding"), {**fields, "first_certainty": "5"})
    for page, fields in (("survey", {"q1": "1"}), ("debrief", {"choice": "keep"}), ("done", {})):
        yield client.get(at(page))
        if fields:
            yield client.post(at(page), fields)
    assert RatingSession.objects.get(pk=session.pk).completed_at is not None


def be_turned_away(client: Client, session: RatingSession) -> Iterator[Any]:
    """The way out after two wrong tries."""
    address = reverse("raters:comprehension", args=[session.token])
    wrong = str(comprehension_questions(session)[0].options.index("That one") + 1)
    for attempt in ("1", "2"):
        yield client.post(address, {"q1": wrong, "attempt": attempt}, follow=True)
    assert RatingSession.objects.get(pk=session.pk).turned_away_at is not None


def pages_of_others(study: Study, join: str) -> Iterator[Any]:
    """What those meet who stop, who come when all is taken, and who come when all is over."""
    client = Client()
    stopper = factories.make_rater(study, participant_id="stopper")
    yield client.post(reverse("raters:stop", args=[stopper.token]), follow=True)
    for page, fields in (("message", {"text": "?"}), ("message", {}), ("withdraw", {"choice": "delete"})):
        yield client.post(reverse(f"raters:{page}", args=[stopper.token]), fields, follow=True)
    yield from be_turned_away(client, factories.make_rater(study, participant_id="turned-away"))
    while claiming.has_room(study):
        factories.make_rater(study, participant_id=f"p{study.sessions.count()}")
    late = {"PROLIFIC_PID": "late", "SESSION_ID": "late"}
    yield client.get(join, late, follow=True)
    fieldwork.close_study(study=study, now=factories.NOW)
    study.refresh_from_db()
    yield client.get(join, late, follow=True)
    yield Client().get(join, {"PROLIFIC_PID": "later"}, follow=True)


def everything_in(answer: Any) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    cookies = answer.cookies.output()
    return f"{headers}\n{cookies}\n{answer.content.decode()}"


def test_no_planted_name_reaches_the_browser(loud_study: Study) -> None:
    answers = list(walk_every_page(loud_study))

    assert {answer.status_code for answer in answers} == {200, 204, 303, 400, 403, 404, 405, 422}
    for answer in answers:
        arrived = everything_in(answer).upper()
        assert [name for name in LOUD if name in arrived] == []


def test_the_walk_comes_by_every_page_around_the_pairs(loud_study: Study) -> None:
    shown = {template.name for answer in walk_every_page(loud_study) for template in answer.templates}

    around = (
        *("comprehension", "turned_away", "feedback", "pause", "review", "compared", "guess", "survey"),
        *("debrief", "done", "instructions", "consent", "declined", "full", "not_open", "not_yours"),
    )
    assert {f"raters/{name}.html" for name in around} - shown == set()


def test_scripts_and_styles_are_the_same_for_every_study() -> None:
    """Files, made without knowing any study: nothing in them could name a system of one."""
    for name in ("js/pair.js", "js/saving.js", "css/rater.css", "css/journey.css", "css/welfare.css"):
        path = finders.find(name)
        assert path is not None
        text = Path(str(path)).read_text().upper()
        assert "{%" not in text
        assert [loud for loud in LOUD if loud in text] == []


def test_the_side_shown_first_tells_nothing_about_the_system(loud_study: Study) -> None:
    """Over a whole plan the human reply is Reply A as often as Reply B."""
    rows = Assignment.objects.filter(booklet__protocol__study=loud_study)
    firsts = [
        (a.pair.first if a.order == "AB" else a.pair.second).system.name
        for a in rows.select_related("pair__first__system", "pair__second__system")
    ]
    assert abs(firsts.count("LOUDHUMAN") - firsts.count("LOUDMODEL")) <= 1


def test_the_planted_names_are_really_there(loud_study: Study) -> None:
    """What the test above looks for could leak: it stands in the rows the pages are made from."""
    pair = Pair.objects.of(loud_study).select_related("dialogue", "first__system").first()
    assert pair is not None
    assert pair.dialogue.external_id.startswith("LOUDEXTERNAL")
    assert pair.first.system.name == "LOUDHUMAN"
    assert System.objects.filter(study=loud_study, name__startswith="decoy: ").count() == 3
    assert "LOUDCONSTRUCT" in Protocol.objects.get().canonical
    judgment = Judgment.objects.select_related("judge", "provider").filter(outcome="ok")[0]
    assert judgment.judge.name.startswith("judge-LOUDJUDGE")
    assert judgment.provider.name == "LOUDPROVIDER"


def test_no_template_is_given_a_model(loud_study: Study, contexts: list[dict[str, Any]]) -> None:
    for _ in walk_every_page(loud_study):
        pass

    assert len(contexts) > 20
    for context in contexts:
        given = {name: value for name, value in context.items() if isinstance(value, Model | QuerySet)}
        assert given == {}


def test_nothing_that_identifies_a_row_stands_in_a_pairs_page(loud_study: Study) -> None:
    """No key, id or hash of a pair, reply, system or dialogue: only random addresses."""
    session = factories.make_rater(loud_study, participant_id="somebody")
    for assignment in factories.assignments_of(session):
        answer = Client().get(reverse("raters:pair", args=[session.token, assignment.token]))
        assert assignment.pair.key not in everything_in(answer)
        factories.rate(assignment, dict.fromkeys(loud_study.dimensions.values_list("key", flat=True), 1))


def test_both_sides_are_marked_up_alike(loud_study: Study) -> None:
    """Exchanging the two texts of a pair is the same page as exchanging its order."""
    session = factories.make_rater(loud_study, participant_id="somebody")
    assignment = factories.assignments_of(session)[0]
    address = reverse("raters:pair", args=[session.token, assignment.token])
    flipped = "BA" if assignment.order == "AB" else "AB"

    Assignment.objects.filter(pk=assignment.pk).update(order=flipped)
    by_order = Client().get(address).content
    Assignment.objects.filter(pk=assignment.pk).update(order=assignment.order)
    first, second = assignment.pair.first, assignment.pair.second
    Response.objects.filter(pk=first.pk).update(text=second.text)
    Response.objects.filter(pk=second.pk).update(text=first.text)
    by_text = Client().get(address).content

    assert by_order == by_text


def test_hostile_text_stays_text() -> None:
    nasty = "<script>alert(1)</script>\"'>{{ 7|add:7 }}\u202e=1+1"
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(
        study,
        "d",
        systems=("a", "b"),
        texts={"a": nasty, "b": "b"},
        turns=[{"speaker": "seeker", "text": nasty}],
    )
    pairing.make_pairs(study=study, rng=random.Random(1))
    session = factories.make_rater(factories.open_study(study))
    assignment = factories.assignments_of(session)[0]

    page = Client().get(reverse("raters:pair", args=[session.token, assignment.token])).content.decode()

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "{{ 7|add:7 }}" in page


def test_a_staff_preview_shows_no_more_than_the_page_does(loud_study: Study) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("head", password="secret"))

    answer = client.get(reverse("admin:raters_study_preview", args=[loud_study.pk, 1]))

    assert answer.status_code == 200
    arrived = everything_in(answer).upper()
    assert [name for name in LOUD if name in arrived] == []
