from __future__ import annotations

import pytest

from raters.channels import Arrival, arrival_from, completion_url


@pytest.mark.parametrize(
    ("channel", "query", "expected"),
    [
        ("prolific", {"PROLIFIC_PID": "p", "STUDY_ID": "s", "SESSION_ID": "x"}, Arrival("p", "s", "x")),
        ("prolific", {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}, Arrival()),
        ("prolific", {"PROLIFIC_PID": "p\0q"}, Arrival()),
        ("prolific", {}, Arrival()),
        ("connect", {"participantId": "p", "projectId": "s", "assignmentId": "x"}, Arrival("p", "s", "x")),
        ("mturk", {"workerId": "p", "hitId": "s", "assignmentId": "x"}, Arrival("p", "s", "x")),
        ("open", {"PROLIFIC_PID": "p", "": "odd"}, Arrival()),
    ],
)
def test_each_platform_names_people_in_its_own_way(
    channel: str, query: dict[str, str], expected: Arrival
) -> None:
    assert arrival_from(channel, query) == expected


def test_an_endless_id_is_cut() -> None:
    assert len(arrival_from("prolific", {"PROLIFIC_PID": "x" * 10_000}).participant_id) == 200


def test_prolific_takes_the_code_in_its_address_and_others_by_hand() -> None:
    assert completion_url("prolific", "A B&C") == "https://app.prolific.com/submissions/complete?cc=A%20B%26C"
    assert completion_url("prolific", "") == ""
    assert completion_url("open", "CODE") == ""
