"""Two at once: what a rater sends while the same session is being ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from raters import arriving, drafting, leaving, participating, rating, skipping
from raters.channels import Arrival
from raters.models import Assignment, Draft, Message, Rating, RatingSession, Skip
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = 6


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Runs the acts in threads that start together; what they raised."""
    start = threading.Barrier(len(acts))
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except Exception as error:  # noqa: BLE001 - handed to the test, which says what it expects
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.parametrize("ending", [leaving.stop, leaving.time_out])
def test_an_answer_and_an_ending_at_once_lose_nothing(ending: Callable[..., RatingSession]) -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    for _ in range(3):
        session = factories.make_rater(study)
        assignments = factories.assignments_of(session)[:4]

        raised = at_once(
            *(lambda a=a: factories.rate(a) for a in assignments),
            partial(ending, session=session, now=NOW + timedelta(hours=3)),
        )

        assert raised == []
        assert Rating.objects.filter(assignment__in=assignments).count() == 4


def test_every_pair_stays_planned_as_often_as_asked_whoever_ends() -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    session = factories.make_rater(study)
    at_once(
        *(lambda a=a: factories.rate(a) for a in factories.assignments_of(session)[:4]),
        lambda: leaving.stop(session=session, now=NOW),
        lambda: leaving.time_out(session=session, now=NOW),
    )

    live = Assignment.objects.filter(booklet__protocol__study=study).live()
    assert live.count() == 8 * 2 * 2
    assert len({(a.pair_id, a.booklet_id) for a in live}) == live.count()


def test_a_correction_never_lands_after_completion() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))
    first, *_ = assignments = factories.assignments_of(session)
    for assignment in assignments:
        factories.rate(assignment, 1)

    raised = at_once(
        lambda: participating.finish(session=session, now=NOW), lambda: factories.rate(first, -1)
    )

    session.refresh_from_db()
    assert session.completed_at is not None
    values = set(Rating.objects.get(assignment=first).scores.values_list("value", flat=True))
    assert (values, [type(error) for error in raised]) in (
        ({1}, [rating.SessionOver]),
        ({-1}, []),
    )


def test_twelve_who_consent_at_once_get_a_booklet_each_until_none_is_left() -> None:
    study = factories.open_study(factories.make_study())
    arrived = [arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW) for _ in range(12)]

    raised = at_once(*(lambda s=s: arriving.consent(session=s, now=NOW) for s in arrived))

    assert [type(error) for error in raised] == [arriving.StudyFull] * 8
    assert RatingSession.objects.filter(booklet__isnull=False).count() == 4
    assert connection.vendor in ("sqlite", "postgresql")


def test_drafts_and_skips_of_one_pair_at_once_are_one_each() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))
    first, second, *_ = factories.assignments_of(session)
    keep = partial(drafting.save, assignment=first, phase="main", fields={"q1": ["1"]}, now=NOW)
    skip = partial(skipping.skip, assignment=second, phase="main", reason="upsetting", note="", now=NOW)

    assert at_once(*[keep] * 3, *[skip] * 3) == []

    assert (Draft.objects.count(), Skip.objects.count(), Message.objects.count()) == (1, 1, 1)
