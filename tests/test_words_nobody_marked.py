"""Every page that a rater can meet, in a language in which what is marked is strange: the rest shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from raters import leaving, messaging, withdrawing
from raters.models import Booklet, RatingSession, Recruitment
from raters.selectors import comprehension_questions
from studies.models import Dialogue, Passage, Question, Response, Study
from studies.models.dialogue import Turn
from tests import factories
from tests.pages_read import STUDYTEXT, read_page, words_nobody_marked
from tests.raters.around import at
from tests.raters.coder_studies import invite, study_to_code, texts_of

pytestmark = pytest.mark.django_db
Page = Any  # the test client's answer
Walk = Callable[[str], Iterator[Page]]
JOIN = "/join/kind-words/"


def make_study(language: str, *, training: bool = False, **fields: Any) -> Study:
    """A study of which every text of its own is known: its pages' language can't be chosen before."""
    texts = {name: f"{STUDYTEXT}-{name}" for name in factories.TEXTS if name != "contact_email"}
    texts["support_contacts"] = f"{STUDYTEXT}: 000 000\n{STUDYTEXT}-land | {STUDYTEXT}@example.org"
    study = factories.make_study(**{**texts, "themes": f"everyday-2 | {STUDYTEXT}-theme", **fields})
    Study.objects.filter(pk=study.pk).update(language=language, risk_phrases="", title=f"{STUDYTEXT}-title")
    study.refresh_from_db()
    _say_nothing(study)
    if training:
        factories.add_training(study)
    for reply in Response.objects.filter(dialogue__study=study):
        reply.text = f"{STUDYTEXT}-reply-{reply.pk}"
        reply.save()
    return study


def _say_nothing(study: Study) -> None:
    for row in study.dimensions.all():
        row.question, row.low, row.high = (f"{STUDYTEXT}-{row.pk}-{part}" for part in ("q", "low", "high"))
        row.save()
    turns: list[Turn] = [{"speaker": "seeker", "text": f"{STUDYTEXT}-turn-{n}"} for n in range(11)]
    for turn in turns[1::2]:
        turn["speaker"] = "supporter"
    # Histories with nothing to fold away, and with several turns.
    for number, dialogue in enumerate(Dialogue.objects.filter(study=study).order_by("pk")):
        dialogue.turns = turns[: (3, 9, 11)[number % 3]]
        dialogue.save()


def add_questions(study: Study) -> None:
    for use, options in (("comprehension", 3), ("survey", 2), ("survey", 0)):
        Question.objects.create(
            study=study,
            use=use,
            key=f"{use}-{options}",
            text=f"{STUDYTEXT}-{use}-{options}",
            options="\n".join(f"{STUDYTEXT}-option-{n}" for n in range(options)),
            right=1 if use == "comprehension" else None,
        )


def begun(client: Client, study: Study) -> RatingSession:
    """A newcomer of the open link, at the consent page."""
    client.get(JOIN)
    return RatingSession.objects.filter(study=study).latest("pk")


def arrivals(language: str) -> Iterator[Page]:
    """Everybody who can't come in, or doesn't want to."""
    study = make_study(language)
    recruitment = Recruitment.objects.create(study=study, channel="prolific")
    known = {"PROLIFIC_PID": "p1", "STUDY_ID": "s", "SESSION_ID": "one"}
    yield Client().get(JOIN, known)
    Recruitment.objects.update(channel="open")
    factories.open_study(study)
    Recruitment.objects.update(channel="prolific")
    yield Client().get(JOIN)
    client = Client()
    client.get(JOIN, known)
    session = RatingSession.objects.get()
    yield client.get(at(session, "consent"))
    yield client.post(at(session, "consent"), {})
    yield client.post(at(session, "consent"), {"answer": "no"}, follow=True)
    for channel in ("connect", "mturk", "open"):
        Recruitment.objects.update(channel=channel)
        yield client.get(at(session, "declined"))
    recruitment.channel, recruitment.no_consent_code = "prolific", "CODE"
    recruitment.save()
    yield client.get(at(session, "declined"))
    client.post(at(session, "consent"), {"answer": "yes"})
    yield Client().get(JOIN, {**known, "SESSION_ID": "two"})
    late = Client()
    late.get(JOIN, {**known, "PROLIFIC_PID": "p2"})
    while Booklet.objects.unclaimed(study).exists():
        factories.make_rater(study, participant_id=f"p{RatingSession.objects.count() + 1}")
    yield late.get(JOIN, {**known, "PROLIFIC_PID": "p2"}, follow=True)
    Recruitment.objects.update(channel="mturk")
    yield Client().get(JOIN, {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"})
    Recruitment.objects.update(channel="invited")
    yield Client().get(JOIN, {"invitation": "unknown"})


def turned_away(language: str) -> Iterator[Page]:
    """From consent to the kind way out, the comprehension check sent empty, wrong, and wrong again."""
    study = make_study(language, withdrawal="keep")
    add_questions(study)
    recruitment = Recruitment.objects.create(study=study)
    factories.open_study(study)
    client = Client()
    session = begun(client, study)
    yield client.get(at(session, "consent"))
    yield client.post(at(session, "consent"), {"answer": "yes"}, follow=True)
    yield client.post(at(session, "instructions"), follow=True)
    yield client.get(at(session, "instructions"))
    yield client.post(at(session, "comprehension"), {"attempt": "1"})
    (asking,) = comprehension_questions(session)
    wrong = str(asking.options.index(f"{STUDYTEXT}-option-1") + 1)
    yield client.post(at(session, "comprehension"), {"attempt": "1", "q1": wrong}, follow=True)
    yield client.post(at(session, "comprehension"), {"attempt": "2", "q1": wrong}, follow=True)
    recruitment.screened_out_minor, recruitment.screened_out_code = 60, "CODE"
    recruitment.currency = "GBP"
    recruitment.channel = "prolific"
    recruitment.save()
    RatingSession.objects.update(code="CODE", channel="prolific")
    yield client.get(at(session, "turned_away"))


def whole_way(language: str) -> Iterator[Page]:
    """Everything switched on, each form sent incomplete first."""
    study = make_study(
        language,
        training=True,
        asking="two_pass",
        reason="required",
        training_pairs=1,
        checks_per_rater=2,
        blinding_pairs=1,
    )
    add_questions(study)
    Question.objects.filter(use="comprehension").delete()
    factories.open_study(study)
    client = Client()
    session = factories.make_rater_of(begun(client, study))
    yield client.get(at(session, "message"))
    yield from _pairs(client, session)
    yield client.get(at(session, "review"))
    yield client.post(at(session, "review"), follow=True)
    yield client.post(at(session, "blinding"), {"compared": f"{STUDYTEXT}" * 1000})
    yield client.post(at(session, "blinding"), {"compared": ""}, follow=True)
    drawn = client.get(at(session, "blinding")).context["shown"].assignment
    yield client.post(at(session, "blinding"), {"pair": drawn, "first": "ai"})
    sure = {"first_certainty": "1", "second_certainty": "1"}
    yield client.post(
        at(session, "blinding"), {"pair": drawn, "first": "ai", "second": "ai", **sure}, follow=True
    )
    yield client.post(at(session, "survey"), {"q2": "9"})
    yield client.post(at(session, "survey"), {}, follow=True)
    yield client.get(at(session, "support"))
    yield client.post(at(session, "debrief"), {"choice": "keep"}, follow=True)
    yield client.get(at(session, "withdraw"))


def _pairs(client: Client, session: RatingSession) -> Iterator[Page]:
    training, *others = factories.assignments_of(session)
    yield client.get(at(session, "pair", training.token))
    factories.rate(training, -1)
    yield client.get(at(session, "feedback", training.token))
    training.ratings.get().scores.update(value=2)
    yield client.get(at(session, "feedback", training.token))
    training.ratings.get().scores.all().delete()
    yield client.get(at(session, "feedback", training.token))
    yield client.get(at(session, "skip", others[0].token, "main"))
    yield client.post(at(session, "skip", others[0].token, "main"), follow=True)
    yield client.get(at(session, "pair", others[0].token))
    for own in others[1:]:
        yield client.get(at(session, "pair", own.token))
        yield client.post(at(session, "pair", own.token), {"flags_1": "unsafe", "reason": "x" * 6000})
        factories.rate(own, {"overall": 1})
        yield client.get(at(session, "pair", own.token))
    yield client.get(at(session, "rubric", others[1].token))
    yield client.post(at(session, "rubric", others[1].token), {})
    yield client.get(at(session, "skip", others[1].token, "rubric"))
    for own in others[1:]:
        factories.rate(own, 1, phase="rubric")


def plain_scale(language: str) -> Iterator[Page]:
    """The plain answers, one row without a low end, and all on one page."""
    study = make_study(language, scale=3)
    study.dimensions.update(low="")
    factories.open_study(study)
    client = Client()
    session = factories.make_rater_of(begun(client, study))
    yield client.get(at(session, "here"), follow=True)


def ends(language: str) -> Iterator[Page]:
    """A break, the end of a sitting, stopping, withdrawing, deleting; and messages."""
    study = make_study(language, break_minutes=15, sitting_minutes=45, session_minutes=600)
    factories.open_study(study)
    client = Client()
    now = timezone.now()
    session = factories.make_rater_of(begun(client, study), now=now)
    for worked, allowed in ((20, 600), (50, 600), (50, 115), (50, 4000)):
        Study.objects.filter(pk=study.pk).update(session_minutes=allowed)
        started = now - timedelta(minutes=worked)
        RatingSession.objects.update(sitting_started_at=started, last_seen_at=now - timedelta(minutes=1))
        yield client.get(at(session, "pause"), follow=True)
    yield client.get(at(session, "stop"))
    yield client.get(at(session, "withdraw"))
    yield from _messages(client, session)
    leaving.stop(session=session, now=now)
    yield client.get(at(session, "done"))
    withdrawing.withdraw(session=session, delete=False, now=now)
    yield client.get(at(session, "done"))
    yield client.get(at(session, "withdraw"))
    withdrawing.withdraw(session=session, delete=True, now=now)
    yield client.get(at(session, "done"))


def _messages(client: Client, session: RatingSession) -> Iterator[Page]:
    for text in ("", "x" * (messaging.LONGEST + 1), *(f"message {n}" for n in range(messaging.MOST + 1))):
        yield client.post(at(session, "message"), {"text": text}, follow=True)


def coders(language: str) -> Iterator[Page]:
    """People who code: every form sent incomplete first, a text gone, a text left out, and the end."""
    study = study_to_code(reasons=2, replies=2)
    texts = {name: f"{STUDYTEXT}-{name}" for name in factories.TEXTS if name != "contact_email"}
    texts |= {"language": language, "title": f"{STUDYTEXT}-title", "risk_phrases": ""}
    Study.objects.filter(pk=study.pk).update(**texts)
    study.refresh_from_db()
    _say_nothing(study)
    study.passages.update(text=f"{STUDYTEXT}-passage")
    said = ("name", "definition", "example", "counter_example")
    study.codes.update(**{field: f"{STUDYTEXT}-{field}" for field in said})
    study.codes.filter(key="reframe").update(example="", counter_example="")
    (session, _other) = invite(study)
    own = texts_of(session)
    client = Client()

    def to(page: str, *more: object) -> str:
        return reverse(f"raters:coding_{page}", args=[session.token, *more])

    yield client.get(to("begin"))
    yield client.post(to("begin"), follow=True)
    yield client.get(to("earlier"))
    for fields in ({}, {"codes": "purple"}, {"codes": "reframe", "none": "on"}, {"note": "x" * 3000}):
        yield client.post(to("text", own[0].token), fields)
    for row in own[:2]:
        yield client.post(to("text", row.token), {"codes": "reframe"}, follow=True)
    for page in ("begin", "earlier", "support", "stop"):
        yield client.get(to(page))
    yield client.get(to("text", own[1].token))
    yield client.get(to("skip", own[2].token))
    yield client.post(to("skip", own[2].token), follow=True)
    yield client.get(to("text", own[2].token))
    Passage.objects.filter(pk=own[3].passage_id).update(text="", erased_at=timezone.now())
    yield client.get(to("text", own[3].token), follow=True)
    yield client.get(f"{to('done')}?given")
    yield client.post(to("stop"), follow=True)


WALKS: tuple[Walk, ...] = (arrivals, turned_away, whole_way, plain_scale, ends, coders)


@pytest.mark.parametrize("walk", WALKS)
def test_every_word_of_a_raters_pages_can_be_translated(walk: Walk, pseudo_locale: str) -> None:
    left: dict[str, set[str]] = {}
    for page in walk(pseudo_locale):
        root = read_page(page.content.decode())
        assert (root.language, root.direction) == (pseudo_locale, "rtl"), page
        name = page.templates[0].name
        left.setdefault(name, set()).update(words_nobody_marked(page.content.decode()))
    assert {name: words for name, words in left.items() if words} == {}


def test_the_walks_meet_every_template_of_raters(pseudo_locale: str) -> None:
    met: set[str] = set()
    for walk in WALKS:
        with transaction.atomic():
            for page in walk(pseudo_locale):
                met.update(template.name for template in page.templates)
            transaction.set_rollback(True)
    templates = settings.BASE_DIR / "templates"
    there = {path.relative_to(templates).as_posix() for path in (templates / "raters").rglob("*.html")}
    assert there - met == set()


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "home"])
def test_every_word_of_the_other_pages_can_be_translated(name: str, pseudo_locale: str) -> None:
    with translation.override(pseudo_locale):
        page = render_to_string(f"{name}.html")

    assert read_page(page).direction == "rtl"
    # The title of the first page is the project's name.
    assert words_nobody_marked(page) - {"heartsite"} == set()


def test_a_word_that_nobody_marked_is_found() -> None:
    page = '<p>STUDYTEXT-consent, A or</p><a aria-label="Help" href="/word">a@example.org</a><code>C</code>'

    assert words_nobody_marked(page) == {"STUDYTEXT-consent, A or", "Help"}
