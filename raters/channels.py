"""Recruitment platforms as presets: what they call their ids, where a rater is sent, what an hour must pay.

Facts: Prolific's `external_study_url` placeholders, completion address and minimum; CloudResearch Connect's
and MTurk's parameter names. A platform we do not know is the open link plus a code that the rater copies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

OPEN: Final = "open"
INVITED: Final = "invited"
#: What a platform's ids look like. Nothing in one ends a cell of a CSV file or begins a formula.
PLATFORM_ID: Final = re.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
#: An invitation's token is drawn from the same characters, and may begin with any of them.
INVITATION: Final = re.compile("[A-Za-z0-9_-]{1,64}")


class Outcome(StrEnum):
    """How a visit ended, as far as a platform cares: each may have a code of its own."""

    COMPLETED = "completed"
    NO_CONSENT = "no_consent"
    SCREENED_OUT = "screened_out"
    FAILED_CHECKS = "failed_checks"
    STOPPED_EARLY = "stopped_early"


def _(words: str) -> str:
    """Marks words for translation; the page that shows them translates."""
    return words


@dataclass(frozen=True, slots=True)
class Channel:
    """`*_param` are names in the query of the join link; a completion URL has one {code}.

    An outcome without a URL has its code copied by hand. `join_query` goes after the join link, with the
    placeholders that the platform fills in. `minimum_hourly` is in minor units by currency. On a channel with
    `id_is_key` the id is a secret: whoever holds it is that person. What does not match `id_pattern` as a
    whole is no id.
    """

    label: str
    participant_param: str = ""
    study_param: str = ""
    submission_param: str = ""
    completion_urls: Mapping[Outcome, str] = field(default_factory=dict)
    minimum_hourly: Mapping[str, int] = field(default_factory=dict)
    please_return: str = ""
    preview_submission: str = ""
    join_query: str = ""
    id_pattern: re.Pattern[str] = PLATFORM_ID
    id_is_key: bool = False
    needs_platform_minutes: bool = False

    @property
    def names_people(self) -> bool:
        return bool(self.participant_param)


CHANNELS: Final[Mapping[str, Channel]] = {
    OPEN: Channel("Open link"),
    "prolific": Channel(
        "Prolific",
        participant_param="PROLIFIC_PID",
        study_param="STUDY_ID",
        submission_param="SESSION_ID",
        completion_urls=dict.fromkeys(Outcome, "https://app.prolific.com/submissions/complete?cc={code}"),
        minimum_hourly={"GBP": 600, "USD": 800},
        please_return=_("Please return your submission on Prolific, with “Stop without completing”."),
        join_query=("PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"),
        needs_platform_minutes=True,
    ),
    # Connect's completion redirect must not be used for anybody screened out, and it takes copied codes.
    "connect": Channel(
        "CloudResearch Connect",
        participant_param="participantId",
        study_param="projectId",
        submission_param="assignmentId",
        please_return=_("Please return the project on CloudResearch Connect."),
    ),
    "mturk": Channel(
        "Mechanical Turk (survey link)",
        participant_param="workerId",
        study_param="hitId",
        submission_param="assignmentId",
        please_return=_("Please return the HIT on Mechanical Turk."),
        preview_submission="ASSIGNMENT_ID_NOT_AVAILABLE",
    ),
    INVITED: Channel("Invitations", participant_param="invitation", id_pattern=INVITATION, id_is_key=True),
}
CHOICES: Final = [(name, channel.label) for name, channel in CHANNELS.items()]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who the platform says has come. Empty strings where it says nothing."""

    participant_id: str = ""
    platform_study_id: str = ""
    submission_id: str = ""
    is_preview: bool = False


def arrival_from(channel_name: str, query: Mapping[str, str]) -> Arrival:
    """The platform's ids in a join link's query. What cannot be an id counts as absent.

    That is whatever the channel's pattern does not fit: a placeholder that was never filled in, an endless
    text, a comma.
    """
    channel = CHANNELS[channel_name]
    submission = _id_in(query, channel, channel.submission_param)
    if channel.preview_submission and submission == channel.preview_submission:
        return Arrival(is_preview=True)
    return Arrival(
        participant_id=_id_in(query, channel, channel.participant_param),
        platform_study_id=_id_in(query, channel, channel.study_param),
        submission_id=submission,
    )


def _id_in(query: Mapping[str, str], channel: Channel, param: str) -> str:
    value = query.get(param, "").strip() if param else ""
    return value if channel.id_pattern.fullmatch(value) else ""


def completion_url(channel_name: str, code: str, outcome: Outcome = Outcome.COMPLETED) -> str:
    """Where the platform takes a rater back; empty if the rater copies the code by hand."""
    template = CHANNELS[channel_name].completion_urls.get(outcome, "")
    return template.format(code=quote(code, safe="")) if template and code else ""
