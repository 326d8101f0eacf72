"""Two at once: what a rater sends while the same rater is withdrawing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from raters import messaging, rating, withdrawing
from raters.models import Assignment, Erasure, Event, Message, Rating
from tests import factories
from tests.factories import NOW
from tests.raters.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


def test_no_answer_outlives_a_withdrawal_with_deletion() -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    session = factories.make_rater(study)

    raised = at_once(
        *(lambda a=a: factories.rate(a) for a in factories.assignments_of(session)[:4]),
        lambda: withdrawing.withdraw(session=session, delete=True, now=LATER),
        lambda: withdrawing.withdraw(session=session, delete=True, now=LATER),
    )

    assert {type(error) for error in raised} <= {rating.SessionOver}
    assert not Rating.objects.exists()
    assert not Event.objects.exists()
    assert Erasure.objects.count() == 1
    assert Assignment.objects.filter(booklet__protocol__study=study).live().count() == 8 * 2 * 2


def test_a_double_click_sends_one_message() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study()))

    send = partial(messaging.send, session=session, text="Hello?", now=NOW)
    assert at_once(*[send] * 4) == []

    assert Message.objects.count() == 1
