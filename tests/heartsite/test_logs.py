"""Nothing that is logged names a rater's address, a query or a platform's id."""

import logging
import socket
import sqlite3
import sys
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import resolve

from heartsite.logs import RoutesNotAddresses, remember_request, route_of
from tests.running import Site, running_site

TOKEN = "4f1c9d0e-1111-4222-8333-1234567890ab"
PERSON = "5e9f9b8a2c0d4e6f7a8b9c0d"
QUERY = f"PROLIFIC_PID={PERSON}&STUDY_ID=st77777&SESSION_ID=se88888"
INVITATION = "Zk3vQ0x9pY-invited_7Tw2L"
SECRETS = (TOKEN, PERSON, INVITATION, "PROLIFIC_PID", "st77777", "se88888")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("logged")) as site:
        yield site


def test_logs_of_the_running_site_hold_no_address_and_no_id(site: Site) -> None:
    assert site.get(f"/join/sample/?{QUERY}").status in {200, 303}
    assert site.get(f"/join/no-such-study/?{QUERY}").status == 404
    assert site.get(f"/r/{TOKEN}/?{QUERY}").status == 404
    assert site.get(f"/{PERSON}/{TOKEN}?{QUERY}").status == 404
    assert site.get(f"/join/sample/?invitation={INVITATION}").status in {200, 303}
    _send_nonsense(site)
    _break_database(site)
    assert site.get(f"/join/sample/?{QUERY}").status == 500
    assert site.get(f"/r/{TOKEN}/?{QUERY}").status == 500
    assert site.get(f"/join/sample/?invitation={INVITATION}").status == 500

    logs = site.logs()

    assert [secret for secret in SECRETS if secret in logs] == []
    assert "127.0.0.1:" not in logs.replace(f"127.0.0.1:{site.port}", "")
    assert "ip=" not in logs
    assert "Not Found: (unmatched address)" in logs
    assert "Internal Server Error: /join/<slug:slug>/" in logs
    assert "Traceback" in logs


def _send_nonsense(site: Site) -> None:
    """What gunicorn refuses by itself, and would quote."""
    for line in (f"GET /r/{TOKEN}/?{QUERY} HTTP/9.9", f"G@T /r/{TOKEN}/?{QUERY}"):
        with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
            connection.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode())
            assert b"400" in connection.recv(1000)


def _break_database(site: Site) -> None:
    rename = "ALTER TABLE studies_study RENAME TO gone"
    if settings.EMBEDDED:
        connection = sqlite3.connect(site.var / "heartsite.sqlite3", timeout=20)
        connection.execute(rename)
        connection.close()
    else:
        with psycopg.connect(site.environment["DATABASE_URL"]) as postgresql:
            postgresql.execute(rename)


@pytest.fixture
def record() -> logging.LogRecord:
    return logging.LogRecord("django.request", logging.ERROR, __file__, 1, "", (), None)


def test_route_takes_the_place_of_the_path(record: logging.LogRecord) -> None:
    request = RequestFactory().get(f"/r/{TOKEN}/?{QUERY}")
    record.msg, record.args = "%s: %s", ("Not Found", request.path)
    record.request = request

    assert RoutesNotAddresses().filter(record)

    assert record.getMessage() == "Not Found: /r/<uuid:token>/"


def test_our_own_records_are_rewritten_while_a_request_is_answered(
    record: logging.LogRecord, rf: RequestFactory
) -> None:
    record.msg, record.args = "no seat for %s at %s", (PERSON, f"/r/{TOKEN}/")
    request = rf.get(f"/r/{TOKEN}/?{QUERY}")
    request.resolver_match = resolve(request.path)

    def view(_request: object) -> None:
        RoutesNotAddresses().filter(record)

    remember_request(view)(request)  # type: ignore[arg-type]  # the answer is of no interest

    assert record.getMessage() == "no seat for (removed) at /r/<uuid:token>/"


def test_traceback_keeps_its_lines_and_loses_the_values(
    record: logging.LogRecord, rf: RequestFactory
) -> None:
    request = rf.get(f"/r/{TOKEN}/?{QUERY}")
    request.resolver_match = resolve(request.path)
    try:
        raise ValueError(f"{PERSON} at {TOKEN}\nDETAIL:  Failing row contains (12, secret).")
    except ValueError:
        record.exc_info = sys.exc_info()
    record.request = request

    RoutesNotAddresses().filter(record)
    text = logging.Formatter().format(record)

    assert "ValueError: (removed) at (removed)" in text
    assert "DETAIL: (removed)" in text
    assert "test_traceback_keeps_its_lines_and_loses_the_values" in text


def test_development_server_keeps_method_and_status_only(record: logging.LogRecord) -> None:
    record.name = "django.server"
    record.msg = '"%s" %s %s'
    record.args = (f"GET /r/{TOKEN}/?{QUERY} HTTP/1.1", "404", "12")

    assert RoutesNotAddresses().filter(record)

    assert record.getMessage() == '"GET (address) HTTP/1.1" 404 12'


def test_route_of_an_address_that_matches_nothing(rf: RequestFactory) -> None:
    assert route_of(rf.get(f"/{uuid.UUID(TOKEN)}")) == "(unmatched address)"
    assert route_of(rf.get("/healthz")) == "/healthz"


@pytest.mark.django_db
@pytest.mark.parametrize("pasted", ["%E2%80%9D", "…", "%00", "%0A", "/extra", "?x=1", "/pair/oops"])
def test_an_address_pasted_with_something_behind_it_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture, pasted: str
) -> None:
    client.get(f"/r/{TOKEN}/{pasted}")
    client.put(f"/r/{TOKEN}{pasted}")

    assert "Not Found" in caplog.text
    assert str(TOKEN) not in caplog.text


@pytest.mark.django_db
def test_a_person_in_the_path_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/join/races/PROLIFIC_PID=5f3a9d2e77c1b40008e1%C3%A9")

    assert "5f3a9d2e77c1b40008e1" not in caplog.text


@pytest.mark.django_db
def test_a_foreign_host_is_refused_and_not_repeated(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/healthz", headers={"host": "evil-5f3a9d2e77.example"}).status_code in (200, 400)

    assert "evil-5f3a9d2e77" not in caplog.text
