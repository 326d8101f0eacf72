"""Booklets in the database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest

from raters import planning
from raters.models import Assignment, Booklet
from raters.sides import Imbalance
from studies.models import Study
from tests import factories

pytestmark = pytest.mark.django_db


def plan_as_text(study: Study) -> str:
    """The whole plan by names only, so that it can be compared between databases."""
    rows = Assignment.objects.filter(booklet__protocol__study=study).order_by("booklet__number", "position")
    return json.dumps(
        [
            [
                a.booklet.number,
                a.position,
                a.pair.dialogue.external_id,
                a.pair.key,
                a.order,
                a.booklet.dimension_keys,
            ]
            for a in rows.select_related("booklet", "pair__dialogue")
        ]
    )


def test_opening_plans_every_pair_as_often_as_asked() -> None:
    study = factories.open_study(factories.make_study(dialogues=6, ratings_per_pair=3, pairs_per_rater=6))

    assert planning.realised_plan(study.protocols.get()) == planning.Plan(
        booklets=6, assignments=36, shortest=6, longest=6, imbalance=Imbalance(pair=1, rater=0, system=0)
    )


def test_raters_meet_no_decoys_unless_the_journey_says_so() -> None:
    plain, study = factories.make_study("plain"), factories.make_study("with-decoys")
    factories.add_decoys(study, 9)
    factories.open_study(plain)
    factories.open_study(study)

    assert plan_as_text(study) == plan_as_text(plain)
    assert not Assignment.objects.filter(pair__kind="decoy").exists()


def test_planning_twice_changes_nothing() -> None:
    study = factories.open_study(factories.make_study())
    before = plan_as_text(study)

    planning.store(protocol=study.protocols.get(), drawn=[])

    assert plan_as_text(study) == before


def test_the_plan_is_the_same_on_every_database() -> None:
    """Runs on SQLite and on PostgreSQL; both must give this very plan."""
    study = factories.open_study(
        factories.make_study(
            dialogues=5, seed=11, dimension_order="per_rater", systems=("ö-human", "Zeta", "alpha")
        )
    )

    assert hashlib.sha256(plan_as_text(study).encode()).hexdigest()[:16] == "4524edfc16a1c9cd"


def test_the_whole_journey_is_the_same_on_every_database_and_holds_no_order_to_a_machine() -> None:
    study = factories.make_study(
        dialogues=12,
        seed=11,
        pairs_per_rater=12,
        training_pairs=2,
        decoys_per_rater=3,
        repeats_percent=20,
        checks_per_rater=2,
        reason_percent=40,
        systems=("ö-human", "Zeta", "alpha"),
    )
    factories.add_training(study, 3)
    factories.add_decoys(study, 12)
    factories.open_study(study)

    rows = Assignment.objects.order_by("booklet__number", "position")
    extra = [[a.kind, a.asks_reason, a.instructed_value] for a in rows]
    drawn = json.dumps([plan_as_text(study), extra])
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == "973254562883da59"
    kinds = Counter(Assignment.objects.values_list("kind", flat=True))
    assert kinds == {"training": 8, "main": 48, "decoy": 12, "repeat": 8}
    assert not Assignment.objects.filter(pair__second__system__name="decoy: injected").exists()


def test_a_fixed_rubric_order_is_everybodys_and_a_permuted_one_is_each_raters_own() -> None:
    fixed = factories.open_study(factories.make_study("fixed"))
    permuted = factories.open_study(factories.make_study("permuted", dimension_order="per_rater"))

    keys = list(fixed.dimensions.order_by("position").values_list("key", flat=True))
    assert [b.dimension_keys for b in Booklet.objects.filter(protocol__study=fixed)] == [keys] * 4
    orders = [b.dimension_keys for b in Booklet.objects.filter(protocol__study=permuted)]
    assert all(sorted(order) == sorted(keys) for order in orders)
    assert len({tuple(order) for order in orders}) == 4
