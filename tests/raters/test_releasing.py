"""Which reasons may be published: a researcher reads each, and decides."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from raters import releasing
from raters.models import Rating
from raters.traces import traces_in
from studies.models import Study
from tests.factories import NOW, make_rater, make_staff, make_study, open_study, rate_all
from tests.test_constraints import changed, refused

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def study() -> Study:
    """A study with three ratings, of which two say why."""
    study = open_study(make_study(dialogues=3))
    rate_all(make_rater(study))
    ratings = list(Rating.objects.order_by("pk"))[:3]
    for rating, reason in zip(ratings, ("It listens.", "Call me: 030 1234567", ""), strict=True):
        rating.reason = reason
        rating.save()
    Rating.objects.exclude(pk__in=[rating.pk for rating in ratings]).update(reason="")
    return study


def states() -> list[tuple[str, bool, bool]]:
    rows = Rating.objects.exclude(reason="").order_by("pk")
    return [
        (row.reason, row.reason_released_at is not None, row.reason_withheld_at is not None) for row in rows
    ]


def keys(study: Study) -> list[int]:
    return list(releasing.reasons_of(study).values_list("pk", flat=True))


def read(*keys: int) -> dict[int, str]:
    """These as they stand now."""
    return {row.pk: releasing.version_of(row.reason) for row in Rating.objects.filter(pk__in=keys)}


def test_what_is_named_is_released_and_what_was_only_shown_is_withheld(study: Study) -> None:
    first, second = keys(study)

    done = releasing.decide(study=study, shown=read(first, second), released=[first], now=LATER)

    assert (done.released, done.withheld, done.changed) == (1, 1, 0)
    assert states() == [("It listens.", True, False), ("Call me: 030 1234567", False, True)]


def test_a_decision_can_be_changed(study: Study) -> None:
    first, second = keys(study)
    releasing.decide(study=study, shown=read(first, second), released=[first], now=NOW)

    releasing.decide(study=study, shown=read(first), released=[], now=LATER)

    assert states() == [("It listens.", False, True), ("Call me: 030 1234567", False, True)]


def test_what_was_corrected_while_it_was_read_is_not_decided_on(study: Study) -> None:
    client = Client()
    client.force_login(make_staff("head"))
    address = reverse("admin:raters_study_reasons", args=[study.pk])
    first, _second = keys(study)
    page = client.get(address).content.decode()
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    Rating.objects.filter(pk=first).update(reason="It listens, says my sister Ada Meyer.")

    told = client.post(address, {"shown": shown, "release": [first]}, follow=True).content.decode()

    assert states() == [
        ("It listens, says my sister Ada Meyer.", False, False),
        ("Call me: 030 1234567", False, True),
    ]
    assert "1 were changed or deleted while you read them" in told


def test_what_nobody_was_shown_stays_undecided_and_other_studies_reasons_too(study: Study) -> None:
    other = open_study(make_study("another"))
    rate_all(make_rater(other))
    strangers = keys(other)

    releasing.decide(study=study, shown=read(*strangers), released=strangers, now=LATER)

    assert Rating.objects.exclude(reason_released_at=None, reason_withheld_at=None).count() == 0


def test_released_and_withheld_at_once_is_refused(study: Study) -> None:
    rating = Rating.objects.all()[0]

    assert refused(changed(rating, reason_released_at=NOW, reason_withheld_at=NOW))


def test_the_page_ticks_nothing_that_nobody_has_released_and_sends_each_reason_once(study: Study) -> None:
    client = Client()
    client.force_login(make_staff("head"))
    address = reverse("admin:raters_study_reasons", args=[study.pk])
    first, second = keys(study)
    page = client.get(address).content.decode()

    assert [f'value="{key}" id="reason-{key}">' in page for key in (first, second)] == [True, True]
    assert "Look twice: a long number" in page

    shown = [f"{key}:{version}" for key, version in read(first, second).items()]
    client.post(address, {"shown": [*shown, "x", "9" * 40], "release": [first, "x", "-1", "9" * 40]})

    assert states() == [("It listens.", True, False), ("Call me: 030 1234567", False, True)]
    assert "Nothing is left to read." in client.get(address).content.decode()
    assert "Call me" in client.get(f"{address}?show=withheld").content.decode()
    assert f'id="reason-{first}" checked' in client.get(f"{address}?show=released").content.decode()


def test_the_page_names_no_rater_and_no_system(study: Study) -> None:
    client = Client()
    client.force_login(make_staff("head"))

    page = client.get(reverse("admin:raters_study_reasons", args=[study.pk])).content.decode()

    pseudonyms = set(study.sessions.values_list("pseudonym", flat=True))
    assert [name for name in (*pseudonyms, "counsellor", "model-a") if name in page] == []


def test_nobody_reads_reasons_without_the_right_to_change_the_study(study: Study) -> None:
    client = Client()
    client.force_login(make_staff("looker", may=("view",)))

    assert client.get(reverse("admin:raters_study_reasons", args=[study.pk])).status_code == 403


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It listens and asks.", ()),
        ("At first A is better, then 2 of 3.", ()),
        ("Mail jo@example.org", ("an e-mail address", "a web address")),
        ("see www.example.org/me", ("a web address",)),
        ("My name is Ada.", ("a name",)),
        ("The supporter calls her by name", ()),
        ("Dr. Meyer said so", ("a name",)),
        ("born 3.4.1981", ("a date",)),
        ("+49 30 1234567", ("a long number",)),
        ("ask @ada", ("a handle",)),
        ("my husband did that too", ("the writer's own life",)),
        ("As a nurse I know this", ("the writer's own life",)),
    ],
)
def test_traces(text: str, found: tuple[str, ...]) -> None:
    assert traces_in(text) == found
