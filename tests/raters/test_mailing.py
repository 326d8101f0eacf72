"""Mail about the inbox: when, to whom, and that it tells nothing of what was written."""

from __future__ import annotations

import socketserver
import threading
from datetime import timedelta
from smtplib import SMTPException
from unittest.mock import patch

import pytest
from django.core import mail
from pytest_django import Settings

from raters import mailing, messaging, tasks
from raters.models import Message, RatingSession
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def _mail_is_configured(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    settings.SITE_URL = "https://study.example.org"
    settings.DEFAULT_FROM_EMAIL = "heartsite@example.org"


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


def write(session: RatingSession) -> None:
    messaging.send(session=session, text="LOUD question", now=NOW)
    messaging.send(session=session, text="LOUD: I want to die", now=NOW)
    first, second = factories.assignments_of(session)[:2]
    messaging.distress(assignment=first, text="LOUD note", now=NOW)
    messaging.distress(assignment=second, text="", now=NOW)


@pytest.mark.usefixtures("_mail_is_configured")
def test_one_mail_a_study_says_what_waits_and_nothing_of_what_was_written(session: RatingSession) -> None:
    write(session)

    assert mailing.mail_waiting(now=LATER) == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email, sent.subject) == (
        ["study@example.org"],
        "heartsite@example.org",
        "kind-words: the inbox",
    )
    assert sent.body == (
        "In the study 'kind-words':\n"
        "- a rater sent a message\n"
        "- 2 pairs were found too upsetting\n"
        "- somebody's own words may speak of a risk\n"
        "\n"
        "Open the inbox: https://study.example.org/admin/raters/message/"
        f"?session__study__id__exact={session.study_id}\n"
    )
    whole = sent.message().as_string()
    assert session.pseudonym not in whole
    assert "LOUD" not in whole


@pytest.mark.usefixtures("_mail_is_configured")
def test_what_was_mailed_or_handled_is_not_mailed_again(session: RatingSession) -> None:
    write(session)
    mailing.mail_waiting(now=LATER)
    assert set(Message.objects.values_list("mailed_at", flat=True)) == {LATER}

    new = messaging.send(session=session, text="another", now=LATER)
    messaging.handle(messages=[new], user=factories.make_staff(), now=LATER)

    assert mailing.mail_waiting(now=LATER) == 0
    assert len(mail.outbox) == 1


def test_without_a_mail_server_there_is_the_inbox_alone(session: RatingSession) -> None:
    write(session)

    assert mailing.mail_waiting(now=LATER) == 0
    assert (mail.outbox, Message.objects.filter(mailed_at=None).count()) == ([], 4)


@pytest.mark.usefixtures("_mail_is_configured")
def test_what_failed_is_tried_again_and_keeps_no_other_study(
    session: RatingSession, caplog: pytest.LogCaptureFixture
) -> None:
    write(session)
    other = factories.make_rater(
        factories.open_study(factories.make_study("other", contact_email="b@example.org"))
    )
    messaging.send(session=other, text="hello", now=LATER)
    real = mail.send_mail

    def refuse(subject: str, body: str, sender: None, to: list[str]) -> int:
        if to == ["study@example.org"]:
            raise SMTPException
        return real(subject, body, sender, to)

    with patch("raters.mailing.send_mail", refuse):
        assert mailing.mail_waiting(now=LATER) == 1
    assert "the next sweep tries again" in caplog.text
    assert [sent.to for sent in mail.outbox] == [["b@example.org"]]

    assert mailing.mail_waiting(now=LATER) == 1
    assert [sent.to for sent in mail.outbox] == [["b@example.org"], ["study@example.org"]]


@pytest.mark.usefixtures("_mail_is_configured", "eager_tasks")
def test_the_sweep_mails(session: RatingSession) -> None:
    write(session)

    tasks.sweep.delay()

    assert len(mail.outbox) == 1


class OneMail(socketserver.StreamRequestHandler):
    """As much of SMTP as one mail needs."""

    def handle(self) -> None:
        self.say("220 loopback")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())  # type: ignore[attr-defined]
            self.say("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def test_a_mail_goes_through_a_real_socket(session: RatingSession, settings: Settings) -> None:
    messaging.send(session=session, text="LOUD", now=NOW)
    with socketserver.TCPServer(("127.0.0.1", 0), OneMail) as server:
        server.mails = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.EMAIL_USE_TLS = False
        assert mailing.mail_waiting(now=LATER) == 1
        thread.join()
        (arrived,) = server.mails  # type: ignore[attr-defined]

    assert "To: study@example.org" in arrived
    assert "a rater sent a message" in arrived
    assert "LOUD" not in arrived


def test_a_server_that_is_not_there_is_no_disaster(session: RatingSession, settings: Settings) -> None:
    messaging.send(session=session, text="hello", now=NOW)
    with socketserver.TCPServer(("127.0.0.1", 0), OneMail) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    assert mailing.mail_waiting(now=LATER) == 0
    assert Message.objects.get().mailed_at is None
