"""What the database itself refuses, whatever the code above it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from raters.models import Assignment, Booklet, ExportJob, Rating, RatingScore, RatingSession
from studies.models import Dialogue, Dimension, Pair, Protocol, Response, Study, System
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> RatingSession:
    session = factories.make_rater(factories.open_study(factories.make_study()))
    factories.rate(factories.assignments_of(session)[0])
    return session


def copy_of(row: models.Model, **changes: Any) -> models.Model:
    """The same row once more, under a new primary key."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return type(row)(**{**fields, **changes})


def refused(row: models.Model) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=row.pk is None)
    except IntegrityError:
        return True
    return False


TWICE: dict[str, Callable[[], models.Model]] = {
    "protocol version": lambda: copy_of(Protocol.objects.get()),
    "dialogue": lambda: copy_of(Dialogue.objects.all()[0]),
    "dimension": lambda: copy_of(Dimension.objects.all()[0]),
    "system": lambda: copy_of(System.objects.all()[0]),
    "response": lambda: copy_of(Response.objects.all()[0]),
    "pair": lambda: copy_of(Pair.objects.all()[0], key="another"),
    "pair the other way round": lambda: copy_of(
        Pair.objects.all()[0],
        key="another",
        first_id=Pair.objects.all()[0].second_id,
        second_id=Pair.objects.all()[0].first_id,
    ),
    "pair key": lambda: copy_of(Pair.objects.all()[0], second_id=Response.objects.all()[11].pk),
    "booklet number": lambda: copy_of(Booklet.objects.filter(session=None)[0]),
    "booklet of a session": lambda: copy_of(Booklet.objects.filter(session__isnull=False)[0], number=99),
    "position": lambda: copy_of(Assignment.objects.all()[0], token="0" * 32),
    "rating": lambda: copy_of(Rating.objects.get()),
    "score": lambda: copy_of(RatingScore.objects.all()[0]),
}


@pytest.mark.parametrize("what", TWICE)
def test_the_same_thing_twice_is_refused(session: RatingSession, what: str) -> None:
    assert refused(TWICE[what]())


def changed(row: models.Model, **changes: Any) -> models.Model:
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def first(model: type[models.Model]) -> models.Model:
    return model._default_manager.all()[0]


SENSELESS: dict[str, Callable[[], models.Model]] = {
    "a scale of six": lambda: changed(first(Study), scale=6),
    "closed before opened": lambda: changed(first(Study), opened_at=None, closed_at=NOW),
    "no rating per pair": lambda: changed(first(Study), ratings_per_pair=0),
    "a profile that nobody wrote": lambda: changed(first(Study), shown_profile="plain-0"),
    "a reply of no words": lambda: changed(first(Study), max_words=0),
    "a reply of no sentences": lambda: changed(first(Study), max_sentences=0),
    "a system of no kind": lambda: changed(first(System), kind="robot"),
    "replicate nought": lambda: changed(first(Response), replicate=0),
    "an empty reply": lambda: changed(first(Response), text=""),
    "a reply against itself": lambda: changed(first(Pair), second_id=Pair.objects.all()[0].first_id),
    "an expected answer on a main pair": lambda: changed(first(Pair), expected=1),
    "a decoy that expects nothing": lambda: changed(first(Pair), kind="decoy", expected=None),
    "a decoy that expects a draw": lambda: changed(first(Pair), kind="decoy", expected=0),
    "consent to no protocol": lambda: changed(first(RatingSession), protocol=None),
    "complete without consent": lambda: changed(first(RatingSession), consented_at=None, completed_at=NOW),
    "complete and stopped": lambda: changed(first(RatingSession), completed_at=NOW, stopped_at=NOW),
    "claimed by nobody": lambda: changed(Booklet.objects.filter(session=None)[0], claimed_at=NOW),
    "claimed never": lambda: changed(Booklet.objects.filter(session__isnull=False)[0], claimed_at=None),
    "a third order": lambda: changed(first(Assignment), order="BB"),
    "a value off every scale": lambda: changed(first(RatingScore), value=3),
    "a finished export without a checksum": lambda: ExportJob(
        study=Study.objects.get(), requested_at=NOW, status="done"
    ),
    "neither an export nor a report": lambda: ExportJob(
        study=Study.objects.get(), requested_at=NOW, kind="poem"
    ),
    "a finished report without its page": lambda: ExportJob(
        study=Study.objects.get(), requested_at=NOW, kind="report", status="done", sha256="ab", file="a.zip"
    ),
    "an export with a page": lambda: ExportJob(study=Study.objects.get(), requested_at=NOW, page="a.html"),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_what_makes_no_sense_is_refused(session: RatingSession, what: str) -> None:
    assert refused(SENSELESS[what]())


def test_a_length_policy_may_be_left_open(session: RatingSession) -> None:
    assert not refused(changed(session.study, max_words=None, max_sentences=1))


def test_a_decoys_reply_came_by_no_import(session: RatingSession) -> None:
    decoys = System(study=session.study, name="decoy: injected", kind="decoy")
    assert not refused(decoys)
    dialogue = Dialogue.objects.all()[0]
    assert not refused(Response(dialogue=dialogue, system=decoys, text="Choose this one."))


def test_one_person_has_one_session_a_study(session: RatingSession) -> None:
    session.platform_hash = "ab" * 32
    session.save()

    assert refused(copy_of(session, token="1" * 32, pseudonym="r-other"))


def test_sessions_of_the_open_link_share_the_empty_hash(session: RatingSession) -> None:
    assert not refused(copy_of(session, token="1" * 32, pseudonym="r-other"))


def test_a_frozen_study_cannot_be_deleted(session: RatingSession) -> None:
    with pytest.raises(models.ProtectedError):
        session.study.delete()


def test_a_study_that_is_still_written_can_be_deleted_whole() -> None:
    factories.make_study().delete()

    assert not Pair.objects.exists()
    assert not Response.objects.exists()
