"""Two at once: what a rater sends while the same session is being ended."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from raters import (
    arriving,
    debriefing,
    drafting,
    guessing,
    leaving,
    participating,
    rating,
    replanning,
    skipping,
    surveying,
    understanding,
)
from raters.channels import Arrival
from raters.guessing import Guessed
from raters.models import (
    Answer,
    Assignment,
    Booklet,
    Draft,
    Guess,
    Message,
    Rating,
    RatingSession,
    Recruitment,
    Skip,
)
from raters.selectors import blinding_assignments, document_for, hmac_of
from studies.models import Dialogue, Pair, Study
from tests import factories
from tests.factories import NOW
from tests.raters.around import CHECK, add_check, add_survey, make_reviewed

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


def test_two_tabs_that_send_the_check_at_once_are_one_try() -> None:
    study = factories.make_study()
    add_check(study)
    session = factories.make_rater(factories.open_study(study))
    free = Booklet.objects.unclaimed(study).count()
    wrong = {key: options[1] for key, options in CHECK.items()}

    for attempt in (1, 2):
        raised = at_once(
            *[lambda n=attempt: understanding.answer(session=session, attempt=n, answers=wrong, now=NOW)] * 3
        )
        assert raised == []
        session.refresh_from_db()
        assert (session.turned_away_at is None) == (attempt == 1)

    assert Answer.objects.count() == 4
    assert Booklet.objects.unclaimed(study).count() == free + 1


def test_guesses_and_surveys_sent_twice_at_once_are_stored_once() -> None:
    study = factories.make_study(blinding_pairs=1)
    add_survey(study)
    session = make_reviewed(factories.open_study(study))
    own = blinding_assignments(session, document_for(session))[0]
    say = partial(guessing.say_compared, session=session, text="?", now=NOW)
    guess = partial(
        guessing.guess, assignment=own, first=Guessed("ai", 2), second=Guessed("unknown"), now=NOW
    )
    send = partial(surveying.send, session=session, answers={}, now=NOW)

    assert at_once(say, say, guess, guess, send, send) == []

    assert Guess.objects.count() == 1
    assert sorted(Answer.objects.values_list("key", flat=True)) == ["age", "compared", "mood"]


def test_keeping_and_deleting_at_once_gives_one_code_and_deletes() -> None:
    session = make_reviewed(factories.open_study(factories.make_study()))
    keep = partial(debriefing.conclude, session=session, delete=False, now=NOW)
    delete = partial(debriefing.conclude, session=session, delete=True, now=NOW)

    assert at_once(keep, delete) == []

    session.refresh_from_db()
    assert session.code != ""
    assert session.erased_at == NOW
    assert not Rating.objects.filter(assignment__booklet__session=session).exists()


def assert_planned_as_often_as_asked(study: Study) -> None:
    live = Assignment.objects.filter(booklet__protocol__study=study).live().main()
    counts = Counter(live.values_list("pair", flat=True))
    assert counts == dict.fromkeys(Pair.objects.main().values_list("pk", flat=True), study.ratings_per_pair)
    assert len({(a.pair_id, a.booklet_id) for a in live}) == live.count()


def skip_first_pairs(session: RatingSession) -> None:
    for assignment in factories.assignments_of(session)[:3]:
        Skip.objects.create(assignment=assignment, phase="main", reason="upsetting", skipped_at=NOW)
        leaving.release(assignment=assignment, now=NOW)


def test_opting_out_consenting_skipping_and_stopping_at_once_lose_no_pair() -> None:
    study = factories.make_study(dialogues=8, pairs_per_rater=8, ratings_per_pair=4, themes="loss")
    Dialogue.objects.filter(external_id__in=("d1", "d2", "d3")).update(tags=["loss"])
    factories.open_study(study)
    at_work = [factories.make_rater(study) for _ in range(4)]
    skip_first_pairs(at_work[0])
    arrived = [arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW) for _ in range(6)]

    raised = at_once(
        *(partial(skip_first_pairs, session) for session in at_work[1:3]),
        partial(leaving.stop, session=at_work[3], now=NOW),
        partial(leaving.give_back_all, session=at_work[0], now=NOW),
        *(partial(arriving.consent, session=s, now=NOW, opted_out=["loss"]) for s in arrived[:3]),
        *(partial(arriving.consent, session=s, now=NOW) for s in arrived[3:]),
    )

    assert [error for error in raised if not isinstance(error, arriving.StudyFull)] == []
    assert_planned_as_often_as_asked(study)
    claimed = RatingSession.objects.filter(consented_at__isnull=False)
    assert claimed.count() == Booklet.objects.filter(session__isnull=False).count()


def test_one_pair_skipped_from_two_tabs_goes_back_once() -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    first = factories.assignments_of(factories.make_rater(study))[0]

    raised = at_once(*[partial(leaving.release, assignment=first, now=NOW)] * 4)

    assert raised == []
    assert_planned_as_often_as_asked(study)


def test_a_pair_given_back_while_its_new_booklet_is_claimed_is_planned_once() -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    at_work = [factories.make_rater(study) for _ in range(4)]
    skip_first_pairs(at_work[0])
    late = [arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW) for _ in range(2)]

    raised = at_once(
        *(partial(arriving.consent, session=session, now=NOW) for session in late),
        *(partial(skip_first_pairs, session) for session in at_work[1:]),
    )

    assert [error for error in raised if not isinstance(error, arriving.StudyFull)] == []
    assert_planned_as_often_as_asked(study)


def test_drafts_and_skips_of_one_pair_at_once_are_one_each() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))
    first, second, *_ = factories.assignments_of(session)
    keep = partial(drafting.save, assignment=first, phase="main", fields={"q1": ["1"]}, now=NOW)
    skip = partial(skipping.skip, assignment=second, phase="main", reason="upsetting", note="", now=NOW)

    assert at_once(*[keep] * 3, *[skip] * 3) == []

    assert (Draft.objects.count(), Skip.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_consent_and_joining_again_at_once_leave_one_person_with_one_place() -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific")
    arrive = partial(arriving.arrive, study=study, known_token=None, now=NOW)
    for number in range(4):
        person = f"pid-{number}"
        first = arrive(arrival=Arrival(person, "st", "sub-1"))
        raised = at_once(
            partial(arriving.consent, session=first, now=NOW),
            partial(arrive, arrival=Arrival(person, "st", "sub-2")),
        )
        (why,) = [type(error) for error in raised]
        known = RatingSession.objects.get(platform_hash=hmac_of(study, person))
        assert (why, known == first) in ((arriving.Gone, False), (arriving.NotYours, True))
        assert RatingSession.objects.filter(pk=first.pk, consented_at__isnull=False).exists() == (
            known == first
        )


def test_small_remainders_claimed_by_several_at_once_stay_planned_once() -> None:
    """While others skip more pairs, and a whole booklet comes back."""
    study = factories.open_study(
        factories.make_study(dialogues=8, pairs_per_rater=8, max_pairs_per_dialogue=2)
    )
    at_work = [factories.make_rater(study) for _ in range(4)]
    for rater in at_work[:3]:
        own, *_ = factories.assignments_of(rater)[4:]
        Assignment.objects.filter(pk=own.pk).update(released_at=NOW)
        replanning._append(replanning._begun(rater.booklet), [own])
    late = [arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW) for _ in range(5)]

    raised = at_once(
        *(partial(arriving.consent, session=session, now=NOW) for session in late),
        *(partial(skip_first_pairs, session) for session in at_work[:2]),
        partial(leaving.stop, session=at_work[3], now=NOW),
    )

    assert [error for error in raised if not isinstance(error, arriving.StudyFull)] == []
    assert_planned_as_often_as_asked(study)
    claimed = RatingSession.objects.filter(consented_at__isnull=False)
    assert claimed.count() == Booklet.objects.filter(session__isnull=False).count()
    assert not Booklet.objects.filter(assignments=None).exists()
