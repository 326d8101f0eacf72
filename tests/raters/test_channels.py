from __future__ import annotations

import pytest

from raters.channels import CHANNELS, CHOICES, Arrival, Outcome, arrival_from, completion_url

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"


@pytest.mark.parametrize(
    ("channel", "query", "expected"),
    [
        ("prolific", {"PROLIFIC_PID": "p", "STUDY_ID": "s", "SESSION_ID": "x"}, Arrival("p", "s", "x")),
        ("prolific", {"PROLIFIC_PID": " p "}, Arrival("p")),
        ("prolific", {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}, Arrival()),
        ("prolific", {}, Arrival()),
        ("connect", {"participantId": "p", "projectId": "s", "assignmentId": "x"}, Arrival("p", "s", "x")),
        ("connect", {"participantId": "p", "assignmentId": PREVIEW}, Arrival("p", "", PREVIEW)),
        ("mturk", {"workerId": "p", "hitId": "s", "assignmentId": "x"}, Arrival("p", "s", "x")),
        ("mturk", {"workerId": "${workerId}", "assignmentId": "x"}, Arrival("", "", "x")),
        ("mturk", {"workerId": "p", "hitId": "s", "assignmentId": PREVIEW}, Arrival(is_preview=True)),
        ("invited", {"invitation": "abc", "PROLIFIC_PID": "p"}, Arrival("abc")),
        ("open", {"PROLIFIC_PID": "p", "invitation": "abc", "": "odd"}, Arrival()),
    ],
)
def test_each_platform_names_people_in_its_own_way(
    channel: str, query: dict[str, str], expected: Arrival
) -> None:
    assert arrival_from(channel, query) == expected


@pytest.mark.parametrize(
    "junk",
    [
        *("p\0q", "p\nq", "p\u202eq", "\ud800", "x" * 65, "x" * 10_000, "", "  "),
        *("p,99.00", 'p"q', "p;q", "p q", "=1+1", "-p", "+p", "@p", "é", "٣", "p\u2028q"),
    ],
)
def test_what_cannot_be_an_id_is_none(junk: str) -> None:
    assert arrival_from("prolific", {"PROLIFIC_PID": junk, "SESSION_ID": junk}) == Arrival()


def test_the_longest_id_is_taken_whole() -> None:
    assert arrival_from("prolific", {"PROLIFIC_PID": "x" * 64}).participant_id == "x" * 64


def test_an_invitation_may_begin_with_any_of_its_characters() -> None:
    assert arrival_from("invited", {"invitation": "-a_b"}).participant_id == "-a_b"
    assert arrival_from("invited", {"invitation": "-a,b"}).participant_id == ""


@pytest.mark.parametrize("outcome", Outcome)
def test_prolific_takes_every_code_in_its_address_and_the_others_by_hand(outcome: Outcome) -> None:
    there = "https://app.prolific.com/submissions/complete?cc=A%20B%26C"
    assert completion_url("prolific", "A B&C", outcome) == there
    assert completion_url("prolific", "", outcome) == ""
    for by_hand in ("open", "connect", "mturk", "invited"):
        assert completion_url(by_hand, "CODE", outcome) == ""


def test_what_an_hour_must_pay_where_the_platform_says_so() -> None:
    assert {name: dict(channel.minimum_hourly) for name, channel in CHANNELS.items()} == {
        "open": {},
        "prolific": {"GBP": 600, "USD": 800},
        "connect": {},
        "mturk": {},
        "invited": {},
    }


def test_each_platform_has_its_own_words_for_giving_a_place_back() -> None:
    words = {name: channel.please_return for name, channel in CHANNELS.items()}
    assert words == {
        "open": "",
        "prolific": "Please return your submission on Prolific, with “Stop without completing”.",
        "connect": "Please return the project on CloudResearch Connect.",
        "mturk": "Please return the HIT on Mechanical Turk.",
        "invited": "",
    }


def test_the_channels_on_offer() -> None:
    assert CHOICES == [
        ("open", "Open link"),
        ("prolific", "Prolific"),
        ("connect", "CloudResearch Connect"),
        ("mturk", "Mechanical Turk (survey link)"),
        ("invited", "Invitations"),
    ]
