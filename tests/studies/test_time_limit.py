"""A study's time limit: long enough for what its raters are given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from raters import dealing, fieldwork
from raters.resting import REST
from raters.sides import PairToPlan
from studies import journey, presets
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_a_panel_keeps_its_places_for_thirty_days() -> None:
    study = factories.make_study(preset="heart-panel", dialogues=8, repeats_percent=0)
    factories.add_training(study)
    factories.add_decoys(study, 6)
    factories.open_study(study)
    session = factories.make_rater(study)

    assert study.session_minutes == presets.PANEL_MINUTES == 43_200
    assert fieldwork.sweep(now=NOW + timedelta(days=29)) == 0
    assert fieldwork.sweep(now=NOW + timedelta(days=31)) == 1
    session.refresh_from_db()
    assert session.timed_out_at is not None


def test_the_other_presets_keep_a_place_for_ninety_minutes() -> None:
    limits = {name: preset.session_minutes for name, preset in presets.PRESETS.items()}
    assert limits == {"heart": 90, "heart-panel": 43_200, "preference": 90, "bare": 90}


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({}, 11),  # 16 pairs
        ({"asking": "two_pass"}, 22),
        ({"asking": "two_pass", "training_pairs": 2, "decoys_per_rater": 3, "repeats_percent": 10}, 26),
        ({"sitting_minutes": 11}, 11),
        ({"sitting_minutes": 10}, 26),
        ({"sitting_minutes": 5}, 41),
    ],
)
def test_pairs_in_each_pass_and_rests_take_their_time(fields: dict[str, Any], minutes: int) -> None:
    around = {"sitting_minutes": 0, **fields}
    study = factories.make_study(dialogues=8, pairs_per_rater=16, max_pairs_per_dialogue=2, **around)
    assert journey.minutes_needed(study) == minutes


def test_a_limit_that_is_too_short_stands_in_the_way_of_opening() -> None:
    study = factories.make_study(
        dialogues=8, pairs_per_rater=16, max_pairs_per_dialogue=2, sitting_minutes=10, session_minutes=26
    )
    assert fieldwork.problems_of(study) == []

    study.session_minutes = 25

    (problem,) = fieldwork.problems_of(study)
    assert problem == (
        "16 pairs a rater take about 26 minutes with rests, and the time limit is 25: "
        "raters would lose their place; raise the limit or give raters fewer pairs"
    )


@pytest.mark.parametrize(("dialogues", "per_rater", "of_dialogue"), [(4, 4, 1), (4, 3, 2), (8, 10_000, 100)])
def test_the_longest_booklet_is_as_long_as_planning_makes_it(
    dialogues: int, per_rater: int, of_dialogue: int
) -> None:
    study = factories.make_study(
        dialogues=dialogues, pairs_per_rater=per_rater, max_pairs_per_dialogue=of_dialogue
    )
    pairs = [PairToPlan(f"{d}/{p}", str(d), ("a", "b")) for d in range(dialogues) for p in range(2)]
    booklets = dealing.number_of_booklets(pairs, 2, per_rater, of_dialogue)

    assert journey.longest_booklet(study) == -(-len(pairs) * 2 // booklets)


def test_without_pairs_no_time_is_needed() -> None:
    assert journey.minutes_needed(factories.make_study(dialogues=0)) == 0


def test_a_rest_is_as_long_as_raters_are_made_to_rest() -> None:
    assert timedelta(minutes=journey.REST_MINUTES) == REST
