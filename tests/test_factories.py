"""The factories make what they say."""

import pytest

from raters.models import Rating
from studies import freezing
from tests.factories import make_rater, make_study, open_study, rate_all


@pytest.mark.django_db
def test_a_made_study_can_be_opened_and_rated_to_the_end() -> None:
    study = make_study()
    assert freezing.problems_of(study) == []
    session = rate_all(make_rater(open_study(study)))
    assert session.completed_at is not None
    assert Rating.objects.count() == 4
