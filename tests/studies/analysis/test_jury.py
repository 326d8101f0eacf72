"""The jury's verdict is what more than half of its judges say."""

import pytest

from studies.analysis.votes import jury_of
from tests.studies.analysis.agreement.studies_drawn import votes_of


@pytest.mark.parametrize(
    ("judges", "verdict"),
    [
        ((-1, -1, 1), -1),
        ((1, 2, 0), 1),
        ((-1, 0, 0), 0),
        ((-1, 1, 0), 0),
        ((-1, -1, 1, 0, 0), 0),
        ((1, 1), 1),
        ((1, 0), 0),
    ],
)
def test_majority(judges: tuple[int, ...], verdict: int) -> None:
    jury = jury_of(votes_of([(0, judge, value) for judge, value in enumerate(judges)]))
    assert jury.value.tolist() == [verdict]
    assert jury.source.tolist() == [-1]


def test_one_judge_is_no_jury() -> None:
    assert len(jury_of(votes_of([(0, 1, 1), (1, 1, 1), (1, 2, 1)]))) == 1
