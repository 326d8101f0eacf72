"""How fieldwork stands: what became of sessions and pairs, for the desk, the API and the manifest."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from raters import leaving
from raters.models import RatingSession, Skip
from raters.selectors import progress_by_study, progress_of
from studies.models import Study
from tests.factories import (
    NOW,
    assignments_of,
    make_rater,
    make_staff,
    make_study,
    open_study,
    rate,
    rate_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return open_study(make_study())


def skip(session: RatingSession, place: int, phase: str = "main") -> None:
    assignment = assignments_of(session)[place]
    Skip.objects.create(assignment=assignment, phase=phase, reason="other", skipped_at=NOW)


def test_ends_and_skips_are_counted(study: Study) -> None:
    turned_away, withdrawn, returned, fine = (make_rater(study) for _ in range(4))
    for session, end in (
        (turned_away, "turned_away_at"),
        (withdrawn, "withdrawn_at"),
        (returned, "returned_at"),
        (returned, "withdrawn_at"),
    ):
        RatingSession.objects.filter(pk=session.pk).update(**{end: NOW})
    skip(withdrawn, 0)
    skip(fine, 0)
    skip(fine, 0, "rubric")
    skip(fine, 1, "rubric")
    progress = progress_of(study)
    assert (progress.turned_away, progress.withdrawn, progress.returned, progress.skipped) == (1, 2, 1, 3)


def test_three_studies_cost_as_many_queries_as_one(study: Study) -> None:
    studies = [study, open_study(make_study("two")), open_study(make_study("three"))]
    for one in studies:
        skip(make_rater(one), 0)
    counts = []
    for some in (studies[:1], studies):
        with CaptureQueriesContext(connection) as queries:
            assert [found.skipped for found in progress_by_study(some).values()] == [1] * len(some)
        counts.append(len(queries))
    assert counts == [8, 8]


def test_the_desk_tells_main_ratings_with_and_without(study: Study, client: Client) -> None:
    client.force_login(make_staff())
    address = reverse("admin:raters_study_progress", args=[study.pk])
    assert "without those that are left out" not in client.get(address).content.decode()
    rate_all(make_rater(study))
    trial = rate_all(make_rater(study))
    RatingSession.objects.filter(pk=trial.pk).update(is_pilot=True)
    page = client.get(address).content.decode()
    assert (
        "8 main ratings; 4 without those that are left out: "
        "pilot 1 rater, returned 0 raters, decoys 0 raters, checks 0 raters." in page
    )


def test_rubric_ratings_that_are_missing_are_told_where_there_is_a_second_pass(
    study: Study, client: Client
) -> None:
    two_pass = open_study(make_study("two", asking="two_pass"))
    session = make_rater(two_pass)
    first, second, third, _ = assignments_of(session)
    for assignment in (first, second, third):
        rate(assignment)
    rate(first, phase="rubric")
    skip(session, 1, "rubric")
    leaving.stop(session=session, now=NOW)

    progress = progress_of(two_pass)
    assert (progress.planned, progress.rated) == (16, 3)
    assert (progress.rubric_planned, progress.rubric_rated) == (16, 1)
    assert (progress_of(study).rubric_planned, progress_of(study).rubric_rated) == (0, 0)
    client.force_login(make_staff())
    told = "<dt>Pairs with rubric</dt><dd>1 / 16</dd>"
    assert told in desk_of(two_pass, client)
    assert "Pairs with rubric" not in desk_of(study, client)


def test_pairs_in_small_remainders_are_told_until_somebody_has_them(study: Study, client: Client) -> None:
    client.force_login(make_staff())
    skipper = make_rater(study)
    skip(skipper, 0)
    leaving.release(assignment=assignments_of(skipper)[0], now=NOW)
    leaving.time_out(session=make_rater(study), now=NOW)

    assert progress_of(study).held_back == 1
    assert "<dt>Pairs in small remainders</dt><dd>1</dd>" in desk_of(study, client)
    for _ in range(4):
        make_rater(study)
    assert progress_of(study).held_back == 0
    assert "Pairs in small remainders" not in desk_of(study, client)


def desk_of(study: Study, client: Client) -> str:
    return client.get(reverse("admin:raters_study_progress", args=[study.pk])).content.decode()
