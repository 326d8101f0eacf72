"""Mail that says that the inbox holds something new. Nothing of what a rater wrote, and not who."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation

from raters.models import Message
from studies.models import Study

log = logging.getLogger(__name__)

#: For people of the study, in the language of the administration.
TOLD = {
    Message.Kind.QUESTION: ("a rater sent a message", "raters sent %d messages"),
    Message.Kind.DISTRESS: ("a rater found a pair too upsetting", "%d pairs were found too upsetting"),
    Message.Kind.DISCLOSURE: (
        "somebody's own words may speak of a risk",
        "%d texts may speak of a risk to whoever wrote them",
    ),
}


def mail_waiting(*, now: datetime) -> int:
    """One mail a study for what is new and unhandled; how many were sent.

    Sent first and marked then: a mail that comes twice is better than none. What fails waits for the next
    sweep. Without EMAIL_HOST nothing is sent, and the inbox is all there is.
    """
    if not settings.EMAIL_HOST:
        return 0
    waiting: dict[Study, list[Message]] = defaultdict(list)
    unmailed = Message.objects.filter(mailed_at=None, handled_at=None)
    for message in unmailed.select_related("session__study").order_by("at", "pk"):
        waiting[message.session.study].append(message)
    return sum(_mail(study, messages, now) for study, messages in waiting.items() if study.contact_email)


def _mail(study: Study, messages: list[Message], now: datetime) -> bool:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            send_mail(f"{study.slug}: the inbox", _text(study, messages), None, [study.contact_email])
    except (SMTPException, OSError):
        log.exception("The mail about a study's inbox was not sent; the next sweep tries again.")
        return False
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(mailed_at=now)
    return True


def _text(study: Study, messages: list[Message]) -> str:
    counts = Counter(message.kind for message in messages)
    lines = [f"- {_line(kind, counts[kind])}" for kind in TOLD if counts[kind]]
    page = reverse("admin:raters_message_changelist")
    inbox = f"{settings.SITE_URL}{page}?session__study__id__exact={study.pk}"
    return "\n".join([f"In the study '{study.slug}':", *lines, "", f"Open the inbox: {inbox}", ""])


def _line(kind: Message.Kind, count: int) -> str:
    one, many = TOLD[kind]
    return one if count == 1 else many % count
