"""The REST API: who may ask, what it answers, and that the cost does not grow with the rows."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.throttling import UserRateThrottle

from raters import fieldwork
from raters.verdicts import Verdict, verdicts_by_judgment, verdicts_of
from studies.judging.planning import plan_judgments
from studies.models import Judgment, Study
from tests.factories import NOW, add_decoys, make_rater, make_staff, make_study, open_study, rate_all
from tests.raters.machine_studies import ONCE
from tests.scripted_runs import make_judges, make_provider, run_to_end

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "/api/studies/",
    "/api/studies/kind-words/",
    "/api/studies/kind-words/dialogues/",
    "/api/studies/kind-words/verdicts/",
    "/api/schema/",
)


@pytest.fixture(autouse=True)
def _throttles_in_memory(settings: Settings) -> None:
    """A throttle's table must not count as a query of the page."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_staff())
    return client


def rated_study(slug: str = "kind-words", raters: int = 1) -> Study:
    study = open_study(make_study(slug))
    for _ in range(raters):
        rate_all(make_rater(study))
    return study


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_get_401_and_people_who_are_not_staff_403(client: Client, address: str) -> None:
    make_study()
    answer = client.get(address)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    client.force_login(User.objects.create_user("visitor"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_can_be_changed(staff: Client, address: str) -> None:
    make_study()
    for method in (staff.post, staff.put, staff.patch, staff.delete):
        assert method(address).status_code == 405


def test_studies_come_with_their_progress(staff: Client) -> None:
    make_study("draft")
    study = rated_study()
    fieldwork.close_study(study=study, now=NOW + timedelta(days=1))
    answer = staff.get("/api/studies/").json()
    assert [row["state"] for row in answer["results"]] == ["draft", "closed"]
    assert answer["results"][0]["protocol_hash"] == ""
    row = answer["results"][1]
    assert row == staff.get("/api/studies/kind-words/").json()
    assert row.pop("progress") == {
        "arrived": 1,
        "consented": 1,
        "completed": 1,
        "stopped": 0,
        "timed_out": 0,
        "booklets": 4,
        "booklets_free": 3,
        "planned": 16,
        "held_back": 0,
        "rated": 4,
        "surplus": 0,
        "rubric_planned": 0,
        "rubric_rated": 0,
        "turned_away": 0,
        "withdrawn": 0,
        "returned": 0,
        "skipped": 0,
        "median_minutes": 20.0,
    }
    assert row == {
        "study": "kind-words",
        "title": "Kind words",
        "state": "closed",
        "opened_at": "2025-03-03T09:00:00Z",
        "closed_at": "2025-03-04T09:00:00Z",
        "protocol_hash": study.protocols.get().sha256,
        "exploratory": True,
        "scale": 5,
    }


def test_dialogues_come_with_replies_and_licence(staff: Client) -> None:
    make_study(dialogues=1)
    (row,) = staff.get("/api/studies/kind-words/dialogues/").json()["results"]
    assert row["turns"][0] == {"speaker": "seeker", "text": "I feel alone (d1)."}
    assert [reply["response"] for reply in row["responses"]] == [
        "d1/counsellor/1",
        "d1/model-a/1",
        "d1/model-b/1",
    ]
    assert row["responses"][0] == {
        "response": "d1/counsellor/1",
        "system": "counsellor",
        "kind": "human",
        "replicate": 1,
        "writer": "w1",
        "text": "Reply 1 to d1.",
    }
    assert (row["dialogue"], row["tags"], row["licence"]) == ("d1", ["everyday"], "CC BY 4.0")


def pages(client: Client, address: str) -> list[list[dict[str, Any]]]:
    found = []
    following: str | None = address
    while following:
        page = client.get(following).json()
        found.append(page["results"])
        following = page["next"]
    return found


def test_a_decoys_kind_is_told(staff: Client) -> None:
    add_decoys(make_study(dialogues=2), 2)
    schema = staff.get("/api/schema/", {"format": "json"}).json()
    rows = staff.get("/api/studies/kind-words/dialogues/").json()["results"]

    kinds = [reply["kind"] for row in rows for reply in row["responses"]]
    assert sorted(kinds) == ["decoy"] * 2 + ["human"] * 2 + ["llm"] * 4
    assert ["human", "llm", "decoy"] in [one.get("enum") for one in schema["components"]["schemas"].values()]


def test_verdicts_are_those_of_the_export_and_no_rating_is_torn(staff: Client) -> None:
    study = rated_study(raters=3)
    found = pages(staff, "/api/studies/kind-words/verdicts/?page_size=5")
    assert [len(page) for page in found] == [30, 30, 12]
    rows = [Verdict(**row) for page in found for row in page]
    assert sorted(rows) == sorted(verdicts_of(study))
    assert list(found[0][0]) == list(Verdict._fields)


def judged_study(slug: str, *, dialogues: int) -> Study:
    """With raters' answers as well, which must not get in between."""
    study = make_study(slug, dialogues=dialogues)
    judges = make_judges(study, make_provider(slug, key_name=f"K{dialogues}_API_KEY"))
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, design=ONCE, pilot=0, now=NOW))
    rate_all(make_rater(study))
    return study


def test_judges_verdicts_are_those_of_the_export_and_no_judgment_is_torn(staff: Client) -> None:
    study = judged_study("kind-words", dialogues=1)
    refused = Judgment.objects.order_by("pk")[3]
    refused.scores.all().delete()
    Judgment.objects.filter(pk=refused.pk).update(outcome="refused")
    found = pages(staff, "/api/studies/kind-words/verdicts/?source_kind=judge&page_size=5")
    assert [len(page) for page in found] == [30, 30, 6]
    rows = [Verdict(**row) for page in found for row in page]
    assert rows == list(itertools.chain.from_iterable(verdicts_by_judgment(study)))
    assert {row.source_kind for row in rows} == {"judge"}
    assert found[0][0]["position"] is None


def test_raters_verdicts_are_what_is_told_by_default(staff: Client) -> None:
    judged_study("kind-words", dialogues=1)
    address = "/api/studies/kind-words/verdicts/"
    by_default = staff.get(address).json()["results"]
    assert by_default == staff.get(address, {"source_kind": "rater"}).json()["results"]
    assert {row["source_kind"] for row in by_default} == {"rater"}


@pytest.mark.parametrize("kind", ["", "Judge", "judges", "rater,judge", "0"])
def test_a_source_kind_that_does_not_exist_is_400(staff: Client, kind: str) -> None:
    rated_study()
    answer = staff.get("/api/studies/kind-words/verdicts/", {"source_kind": kind})
    assert (answer.status_code, answer.json()) == (400, {"detail": "source_kind is one of: rater, judge"})


def test_a_page_of_judgments_costs_the_same_for_few_and_many(staff: Client) -> None:
    for slug, dialogues in (("one", 1), ("three", 3)):
        judged_study(slug, dialogues=dialogues)
    address = "/api/studies/{}/verdicts/?source_kind=judge"
    assert queries_of(staff, address.format("one")) == queries_of(staff, address.format("three"))


def test_new_ratings_come_at_the_end(staff: Client) -> None:
    study = rated_study()
    first = staff.get("/api/studies/kind-words/verdicts/?page_size=4").json()
    rate_all(make_rater(study))
    again = staff.get("/api/studies/kind-words/verdicts/?page_size=4").json()
    assert again["results"] == first["results"]
    assert again["next"] is not None


@pytest.mark.parametrize("address", ["", "kind-words/dialogues/", "kind-words/verdicts/"])
@pytest.mark.parametrize("size", ["0", "-1", "1001", "ten", "", "²", "9" * 5000])
def test_a_page_size_that_does_not_fit_is_400(staff: Client, address: str, size: str) -> None:
    rated_study()
    answer = staff.get(f"/api/studies/{address}", {"page_size": size})
    assert (answer.status_code, answer.json()) == (400, {"detail": "page_size is a number from 1 to 1000"})


@pytest.mark.parametrize(
    "address",
    [
        "nothing/",
        "nothing/dialogues/",
        "nothing/verdicts/",
        "kind-words/dialogues/?page=99",
        "kind-words/verdicts/?cursor=nonsense",
    ],
)
def test_what_does_not_exist_is_404(staff: Client, address: str) -> None:
    rated_study()
    answer = staff.get(f"/api/studies/{address}")
    assert answer.status_code == 404
    assert list(answer.json()) == ["detail"]


def test_too_many_requests_are_429(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    answers = [staff.get("/api/studies/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0
    assert list(answers[2].json()) == ["detail"]


def test_a_list_costs_the_same_for_one_row_and_three(staff: Client) -> None:
    rated_study("one")
    few = queries_of(staff, "/api/studies/")
    rated_study("two", raters=2)
    rated_study("three")
    assert queries_of(staff, "/api/studies/") == few

    make_study("small", dialogues=1)
    make_study("large", dialogues=3)
    counts = {queries_of(staff, f"/api/studies/{slug}/dialogues/") for slug in ("small", "large")}
    counts_of_verdicts = {queries_of(staff, f"/api/studies/{slug}/verdicts/") for slug in ("one", "two")}
    assert (len(counts), len(counts_of_verdicts)) == (1, 1)


def test_every_address_of_the_schema_documents_its_errors(staff: Client) -> None:
    schema = staff.get("/api/schema/?format=json").json()
    assert set(schema["paths"]) == {
        "/api/studies/",
        "/api/studies/{slug}/",
        "/api/studies/{slug}/dialogues/",
        "/api/studies/{slug}/verdicts/",
    }
    for path, methods in schema["paths"].items():
        assert set(methods) == {"get"}
        has_pages = path != "/api/studies/{slug}/"
        expected = {"200", "401", "403", "404", "429"} | ({"400"} if has_pages else set())
        assert set(methods["get"]["responses"]) == expected
        assert {"knoxApiToken": []} in methods["get"]["security"]
    verdict = schema["components"]["schemas"]["Verdict"]["properties"]
    assert list(verdict) == list(Verdict._fields)
    assert verdict["seconds"] == verdict["position"] == {"type": "integer", "nullable": True}
    parameters = schema["paths"]["/api/studies/{slug}/verdicts/"]["get"]["parameters"]
    assert [one["schema"] for one in parameters if one["name"] == "source_kind"] == [
        {"type": "string", "enum": ["judge", "rater"], "default": "rater"}
    ]
    assert {one["name"] for one in parameters} == {"slug", "cursor", "page_size", "source_kind"}


def token_for(username: str, *arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("create_api_token", username, *arguments, stdout=out, stderr=err)
    return out.getvalue().strip()


def test_a_token_opens_the_api_and_only_its_hash_is_kept(client: Client) -> None:
    make_staff("ada")
    token = token_for("ada", "--days", "3")
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    answer = client.get("/api/studies/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    stored = AuthToken.objects.get()
    assert stored.expiry - stored.created == pytest.approx(timedelta(days=3), abs=timedelta(seconds=5))
    kept = itertools.chain.from_iterable(AuthToken.objects.values_list())
    assert all(token not in str(value) for value in kept)


def test_an_expired_or_foreign_token_is_401(client: Client) -> None:
    make_staff("ada")
    token = token_for("ada")
    AuthToken.objects.update(expiry=NOW - timedelta(days=999))
    for sent in (token, "0" * 64, ""):
        answer = client.get("/api/studies/", headers={"Authorization": f"Token {sent}"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nobody"], "no user 'nobody'"),
        (["visitor"], "is not active staff"),
        (["gone"], "is not active staff"),
        (["ada", "--days", "0"], "--days must be from 1 to 366"),
    ],
)
def test_a_token_that_would_not_work_is_not_made(arguments: list[str], why: str) -> None:
    make_staff("ada")
    make_staff("gone", is_active=False)
    User.objects.create_user("visitor")
    with pytest.raises(CommandError, match=why):
        token_for(*arguments)
    assert not AuthToken.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("may", "verdicts"), [((), 403), (("view",), 403), (("change", "view"), 200)])
def test_verdicts_are_for_those_who_may_export(may: tuple[str, ...], verdicts: int) -> None:
    study = open_study(make_study())
    client = Client()
    client.force_login(make_staff(may=may))

    for kind in ("rater", "judge"):
        address = f"/api/studies/{study.slug}/verdicts/?source_kind={kind}"
        assert client.get(address).status_code == verdicts
    assert client.get("/api/studies/").status_code == (200 if may else 403)


@pytest.mark.django_db
def test_a_forged_cursor_is_not_found() -> None:
    study = open_study(make_study())
    client = Client()
    client.force_login(make_staff())

    assert client.get(f"/api/studies/{study.slug}/verdicts/?cursor=cD0lMDA%3D").status_code == 404
