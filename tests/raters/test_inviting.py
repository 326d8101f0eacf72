"""Single-use invitations: whoever holds the link is that person."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from raters import arriving, export, inviting, selectors
from raters.channels import Arrival
from raters.models import Booklet, Invitation, PlatformIdentity, RatingSession, Recruitment
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
JOIN = "/join/kind-words/"


@pytest.fixture
def study() -> Study:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="invited")
    return study


def arrive(study: Study, token: str) -> RatingSession:
    return arriving.arrive(study=study, arrival=Arrival(token), known_token=None, now=NOW)


def test_invitations_are_made_with_their_labels_first(study: Study) -> None:
    made = inviting.invite(study=study, count=3, labels=["Ann", "Bo"], now=NOW)

    assert [row.label for row in made] == ["Ann", "Bo", ""]
    assert len({row.token for row in Invitation.objects.all()}) == 3
    assert {len(row.token) for row in made} == {24}


@pytest.mark.parametrize(
    ("count", "labels", "said"),
    [
        (0, [], "between 1 and 1000"),
        (1001, [], "between 1 and 1000"),
        (1, ["a", "b"], "2 labels for 1 invitations"),
        (1, ["x" * 81], "at most 80 characters"),
    ],
)
def test_what_cannot_be_made_is_refused_whole(study: Study, count: int, labels: list[str], said: str) -> None:
    with pytest.raises(inviting.CannotInvite, match=said):
        inviting.invite(study=study, count=count, labels=labels, now=NOW)
    assert not Invitation.objects.exists()


def test_nobody_is_invited_to_a_study_that_takes_no_invitations(study: Study) -> None:
    Recruitment.objects.update(channel="prolific")

    with pytest.raises(inviting.CannotInvite, match="do not come by invitation"):
        inviting.invite(study=study, count=1, now=NOW)


def test_an_invitation_opens_the_same_session_again_from_any_device(study: Study) -> None:
    (invitation,) = inviting.invite(study=study, count=1, now=NOW)
    first, second = Client(), Client()

    came = first.get(JOIN, {"invitation": invitation.token})
    session = factories.make_rater_of(RatingSession.objects.get())
    again = second.get(JOIN, {"invitation": invitation.token})

    assert came["Location"] == again["Location"] == f"/r/{session.token}/"
    assert RatingSession.objects.count() == 1
    assert Booklet.objects.filter(session=session).count() == 1


def test_two_invitations_in_one_browser_are_two_people(study: Study, client: Client) -> None:
    one, two = inviting.invite(study=study, count=2, now=NOW)

    addresses = {client.get(JOIN, {"invitation": row.token})["Location"] for row in (one, two, one)}

    assert len(addresses) == RatingSession.objects.count() == 2


def test_the_token_is_stored_hashed_and_not_among_the_identities(study: Study) -> None:
    (invitation,) = inviting.invite(study=study, count=1, now=NOW)
    session = arrive(study, invitation.token)

    assert session.platform_hash == selectors.hmac_of(study, invitation.token)
    assert not PlatformIdentity.objects.exists()


@pytest.mark.parametrize("query", [{}, {"invitation": ""}, {"invitation": "guessed"}, {"invitation": "\0"}])
def test_an_unknown_invitation_is_told_kindly_and_stores_nothing(
    study: Study, client: Client, query: dict[str, str]
) -> None:
    answer = client.get(JOIN, query)

    assert answer.status_code == 400
    assert "This invitation is not known here" in answer.content.decode()
    assert not RatingSession.objects.exists()


def test_another_studys_invitation_is_unknown(study: Study) -> None:
    other = factories.open_study(factories.make_study("other"))
    Recruitment.objects.create(study=other, channel="invited")
    (theirs,) = inviting.invite(study=other, count=1, now=NOW)

    with pytest.raises(arriving.UnknownPerson):
        arrive(study, theirs.token)


def test_an_invitation_is_used_once_somebody_consented_with_it(study: Study) -> None:
    one, two, _three = inviting.invite(study=study, count=3, labels=["Ann"], now=NOW)
    arriving.consent(session=arrive(study, one.token), now=NOW)
    arrive(study, two.token)

    assert [(row.label, row.is_used) for row in selectors.invitations_of(study)] == [
        ("Ann", True),
        ("", False),
        ("", False),
    ]


def test_invitations_cost_the_same_queries_for_one_and_for_three(study: Study) -> None:
    counts = []
    for _ in range(3):
        inviting.invite(study=study, count=1, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            list(selectors.invitations_of(study))
        counts.append(len(queries))

    assert counts == [2, 2, 2]


def test_the_links_leave_as_a_file_and_the_payment_list_says_who_came(study: Study) -> None:
    one, two = inviting.invite(study=study, count=2, labels=["Ann"], now=NOW)
    session = arriving.consent(session=arrive(study, one.token), now=NOW)
    join = f"https://rate.example.org{JOIN}"

    assert list(export.invitation_rows(study, join)) == [
        "label,link,used\r\n",
        f"Ann,{join}?invitation={one.token},1\r\n",
        f",{join}?invitation={two.token},0\r\n",
    ]
    assert list(export.payment_rows(study))[1] == f"Ann,,{session.pseudonym},rating,0,0,0,,\r\n"


def test_invitations_from_the_command_line(study: Study) -> None:
    out = StringIO()
    call_command("invite", study.slug, "--count", "2", "--json", stdout=out)

    tokens = Invitation.objects.order_by("pk").values_list("token", flat=True)
    assert json.loads(out.getvalue()) == {
        "study": "kind-words",
        "invitations": [f"{JOIN}?invitation={token}" for token in tokens],
    }
    with pytest.raises(CommandError, match="between 1 and 1000"):
        call_command("invite", study.slug, "--count", "0")
