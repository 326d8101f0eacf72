"""Recruitment platforms as presets: what they call their ids, and where a finished rater is sent.

Facts: Prolific's `external_study_url` placeholders and completion address; CloudResearch Connect's and
MTurk's parameter names. A platform we do not know is the open link plus a code that the rater copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

OPEN: Final = "open"


@dataclass(frozen=True, slots=True)
class Channel:
    """`*_param` are names in the query of the join link; `completion_url` has one {code} or is empty."""

    label: str
    participant_param: str = ""
    study_param: str = ""
    submission_param: str = ""
    completion_url: str = ""

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
        completion_url="https://app.prolific.com/submissions/complete?cc={code}",
    ),
    "connect": Channel(
        "CloudResearch Connect",
        participant_param="participantId",
        study_param="projectId",
        submission_param="assignmentId",
    ),
    "mturk": Channel(
        "Mechanical Turk (survey link)",
        participant_param="workerId",
        study_param="hitId",
        submission_param="assignmentId",
    ),
}
CHOICES: Final = [(name, channel.label) for name, channel in CHANNELS.items()]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who the platform says has come. Empty strings where it says nothing."""

    participant_id: str = ""
    platform_study_id: str = ""
    submission_id: str = ""


def arrival_from(channel_name: str, query: Mapping[str, str]) -> Arrival:
    """The platform's ids in a join link's query; a placeholder that was never filled in counts as absent."""
    channel = CHANNELS[channel_name]

    def value_of(param: str) -> str:
        value = query.get(param, "").strip()[:200] if param else ""
        return "" if value.startswith("{{") or "\0" in value else value

    return Arrival(
        participant_id=value_of(channel.participant_param),
        platform_study_id=value_of(channel.study_param),
        submission_id=value_of(channel.submission_param),
    )


def completion_url(channel_name: str, code: str) -> str:
    """Where the platform takes a finished rater back; empty if the rater copies the code by hand."""
    template = CHANNELS[channel_name].completion_url
    return template.format(code=quote(code, safe="")) if template and code else ""
