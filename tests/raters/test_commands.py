"""The command line, from an empty database to an export: names and options that scripts rely on."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from raters.models import Assignment
from studies.management.commands.create_study import JOURNEY_FIELDS, TEXT_FIELDS
from studies.models import Pair, Study
from studies.models.journey import Journey
from tests import factories
from tests.factories import TEXTS

pytestmark = pytest.mark.django_db


def told(command: str, *words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *words, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def text_of(command: str, *words: str) -> str:
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.json"
    path.write_text(
        json.dumps(
            {**TEXTS, "adults_only": True, "support_contacts_checked_on": "2025-03-01", "title": "Which?"}
        )
    )
    return path


def test_a_study_from_the_command_line(texts: Path, tmp_path: Path) -> None:
    made = told(
        "create_study",
        "s1",
        "--preset",
        "bare",
        "--texts",
        str(texts),
        "--seed",
        "5",
        "--ratings-per-pair",
        "2",
    )
    assert (made["scale"], made["seed"], made["ratings_per_pair"], len(made["dimensions"])) == (5, 5, 2, 6)
    study = Study.objects.get(slug="s1")
    assert study.title == "Which?"
    for name in ("d1", "d2"):
        factories.add_dialogue(study, name)

    assert told("make_pairs", "s1", "--baseline", "counsellor")["pairs_new"] == 4
    opened = told("open_study", "s1")
    assert opened["assignments"] == Assignment.objects.count() == 8
    assert (opened["imbalance_per_pair"], opened["imbalance_per_rater"], opened["imbalance_per_system"]) == (
        0,
        0,
        0,
    )
    assert opened["join"] == "/join/s1/"
    assert told("freeze_study", "s1")["protocol_hash"] == opened["protocol_hash"]

    study.refresh_from_db()
    session = factories.rate_all(factories.make_rater(study))
    closed = told("close_study", "s1")
    assert (closed["completed"], closed["rated"]) == (1, len(factories.assignments_of(session)))


def test_what_is_shown_is_chosen_on_the_command_line() -> None:
    told("create_study", "s1", "--shown-profile", "plain-1", "--max-words", "40", "--max-sentences", "3")

    study = Study.objects.get()
    assert (study.shown_profile, study.max_words, study.max_sentences) == ("plain-1", 40, 3)


def test_summaries_can_be_read(texts: Path) -> None:
    assert "study: s1" in text_of("create_study", "s1", "--texts", str(texts))


@pytest.mark.parametrize(
    "option", [("--all",), ("--sample", "1"), ("--sample", "1", "--replicate", "random")]
)
def test_every_pairing_design_has_its_option(option: tuple[str, ...]) -> None:
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(study, "d1")

    told("make_pairs", study.slug, *option)

    assert Pair.objects.count() == (3 if option == ("--all",) else 1)


def test_decoys_are_made_up_to_a_count() -> None:
    study = factories.make_study()

    assert told("make_decoys", study.slug, "--count", "3") == {
        "study": "kind-words",
        "decoys_new": 3,
        "decoys_known": 0,
        "decoys": 3,
    }
    assert told("make_decoys", study.slug, "--count", "5")["decoys_new"] == 2
    assert told("make_pairs", study.slug, "--baseline", "counsellor")["pairs"] == 8
    with pytest.raises(CommandError, match="ask for 12 at most"):
        told("make_decoys", study.slug, "--count", "13")


def test_training_pairs_are_made_up_to_a_count() -> None:
    study = factories.make_study()

    assert told("make_training", study.slug, "--count", "2") == {
        "study": "kind-words",
        "training_new": 2,
        "training_known": 0,
        "training": 2,
    }
    assert told("make_training", study.slug, "--count", "3")["training_new"] == 1
    with pytest.raises(CommandError, match="takes one training pair of a kind: ask for 8 at most"):
        told("make_training", study.slug, "--count", "9")


def test_the_journey_is_set_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.json"
    path.write_text('{"themes": "loss | grief", "language": "de", "who_reads": "Nobody."}')
    words = ("--asking", "two_pass", "--repeats-percent", "0", "--training-pairs", "3")

    told("create_study", "s1", "--texts", str(path), *words, "--identity-days", "30")

    study = Study.objects.get()
    assert (study.asking, study.repeats_percent, study.training_pairs) == ("two_pass", 0, 3)
    assert (study.decoys_per_rater, study.identity_days) == (3, 30)
    assert (study.themes, study.language, study.who_reads) == ("loss | grief", "de", "Nobody.")


TEXTS_OF_JOURNEY = {"themes", "risk_phrases", "who_reads", "words_may_leave"}


def test_every_field_of_the_journey_is_an_option_or_a_text() -> None:
    fields = {field.name for field in Journey._meta.get_fields()}

    assert fields == set(JOURNEY_FIELDS) | TEXTS_OF_JOURNEY
    assert set(TEXT_FIELDS) > TEXTS_OF_JOURNEY
    guide = (settings.BASE_DIR / "docs" / "guide.md").read_text(encoding="utf-8")
    for name in JOURNEY_FIELDS:
        assert f"`--{name.replace('_', '-')}" in guide


def test_what_is_missing_is_said_by_name_and_nothing_opens() -> None:
    study = factories.make_study(consent="", reward="")

    with pytest.raises(CommandError) as error:
        told("open_study", study.slug)

    assert "missing: the consent text (field consent)" in str(error.value)
    assert "missing: what raters are paid (field reward)" in str(error.value)
    study.refresh_from_db()
    assert study.opened_at is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("open_study", "nowhere"), "no study 'nowhere'; studies are: none yet"),
        (("create_study", "s1", "--preset", "brain"), "unknown preset 'brain'"),
        (("create_study", "s 1"), "Enter a valid"),
        (("create_study", "s1", "--session-minutes", "1"), "greater than or equal to 5"),
        (("create_study", "s1", "--shown-profile", "plain-0"), "invalid choice: 'plain-0'"),
        (("create_study", "s1", "--asking", "never"), "invalid choice: 'never'"),
        (("create_study", "s1", "--repeats-percent", "51"), "less than or equal to 50"),
        (("create_study", "s1", "--max-words", "0"), "greater than or equal to 1"),
        (("create_study", "s1", "--texts", "missing.json"), "cannot read missing.json"),
    ],
)
def test_bad_words_get_a_sentence(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        told(*words)


def test_a_second_study_of_the_same_name_is_refused() -> None:
    factories.make_study("s1")

    with pytest.raises(CommandError, match="there is a study 's1' already"):
        told("create_study", "s1")


def test_unknown_keys_in_the_texts_are_named(tmp_path: Path) -> None:
    path = tmp_path / "texts.json"
    path.write_text('{"consnet": "typo"}')

    with pytest.raises(CommandError, match="unknown keys consnet"):
        told("create_study", "s1", "--texts", str(path))


def test_a_study_never_opened_cannot_be_closed_and_a_closed_one_not_opened() -> None:
    study = factories.make_study()
    with pytest.raises(CommandError, match="never opened"):
        told("close_study", study.slug)
    told("open_study", study.slug)
    told("close_study", study.slug)

    with pytest.raises(CommandError, match="not opened again"):
        told("open_study", study.slug)


def test_the_sample_study_loads_once_and_is_open() -> None:
    assert text_of("load_sample").strip() == text_of("load_sample").strip() == "/join/sample/"

    study = Study.objects.get()
    assert study.is_open
    assert study.dialogues.count() == 16
    assert study.dialogues.filter(import_batch__licence__startswith="CC0").count() == 16
    kinds = Counter(Assignment.objects.values_list("kind", flat=True))
    assert kinds == {"main": 144, "decoy": 48, "training": 24}
    assert Assignment.objects.filter(instructed_value__isnull=False).count() == 24
    assert (study.asking, study.themes.split("\n")[0]) == ("two_pass", "loss | grief and loss")
    uses = Counter(Assignment.objects.filter(kind="decoy").values_list("pair", flat=True))
    assert (min(uses.values()), max(uses.values()), len(uses)) == (2, 4, 16)
