"""A rater's way through a frozen study, as it will be, and without a trace."""

from __future__ import annotations

import random
import re
import struct
from pathlib import Path

import pytest
from django.apps import apps

from raters import fieldwork
from raters.registering import pictures
from raters.registering.walking import walk
from studies import freezing, training_pairs
from studies.models import Protocol, Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def frozen(study: Study) -> Protocol:
    return freezing.freeze(study=study, now=NOW)


def counted() -> dict[str, int]:
    """Rows of every table of the project."""
    models = [*apps.get_app_config("raters").get_models(), *apps.get_app_config("studies").get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


def test_every_step_of_the_whole_journey_is_there_in_its_order() -> None:
    study = factories.make_study(preset="heart", dialogues=4, break_minutes=15)
    training_pairs.make_training(study=study, count=1, rng=random.Random(1))

    names = [page.name for page in walk(protocol=frozen(study))]

    assert names == [
        *("01-consent", "02-instructions", "03-comprehension"),
        *("04-pair", "05-feedback", "06-pair", "07-pause", "08-pair"),
        *("09-rubric", "10-rubric", "11-review", "12-blinding", "13-blinding", "14-survey", "15-debrief"),
        *("16-support", "17-stop", "18-withdraw", "19-message", "20-done"),
    ]


def test_the_consent_page_asks_for_consent_before_the_study_opens_and_after_it_closed() -> None:
    study = factories.make_study(dialogues=2, consent="You take part of your own free will.")
    protocol = frozen(study)
    before = walk(protocol=protocol)
    fieldwork.open_study(study=study, now=NOW)
    fieldwork.close_study(study=study, now=NOW)

    after = walk(protocol=protocol)

    for pages in (before, after):
        assert "You take part of your own free will." in pages[0].html
        assert 'value="yes"' in pages[0].html


def test_one_pair_of_two_has_an_attention_check() -> None:
    protocol = frozen(factories.make_study(dialogues=3, checks_per_rater=1))

    pages = [page for page in walk(protocol=protocol) if page.name.endswith("-pair")]

    assert ["To show that you read every row" in page.html for page in pages] == [False, True]


def test_a_bare_study_has_no_other_pages_than_raters_meet() -> None:
    protocol = frozen(factories.make_study(dialogues=1))

    names = [page.name.partition("-")[2] for page in walk(protocol=protocol)]

    assert {"comprehension", "feedback", "rubric", "blinding", "survey"} & set(names) == set()
    assert names[:3] == ["consent", "instructions", "pair"]


def test_the_walk_leaves_no_trace_in_any_table() -> None:
    study = factories.make_study(preset="heart", dialogues=4)
    protocol = frozen(study)
    before = counted()

    assert walk(protocol=protocol)

    assert counted() == before


def test_opening_after_a_walk_plans_as_if_there_had_been_none() -> None:
    study = factories.make_study(dialogues=4)
    walk(protocol=frozen(study))

    protocol, planned = fieldwork.open_study(study=study, now=NOW)

    assert list(protocol.booklets.order_by("number").values_list("number", flat=True)) == list(
        range(1, planned.booklets + 1)
    )


def test_a_study_that_is_open_is_walked_beside_its_raters() -> None:
    study = factories.open_study(factories.make_study(dialogues=3))
    before = counted()

    assert walk(protocol=study.protocols.get())

    assert counted() == before


def test_a_page_stands_by_itself(tmp_path: Path) -> None:
    pages = walk(protocol=frozen(factories.make_study(dialogues=2)))

    files = pictures.write_pages(pages, tmp_path)

    assert [file.name for file in files] == [f"{page.name}.html" for page in pages]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "<style>" in text
        assert "--" in text.partition("<style>")[2].partition("</style>")[0]
        assert re.findall(r"<(?:link|script|img|iframe)\b", text) == []


def test_a_browser_draws_every_page_as_wide_and_as_high_as_it_is(tmp_path: Path) -> None:
    program = pictures.browser()
    assert program, "the browser that `make test` installs for its last step is not there"
    pages = walk(protocol=frozen(factories.make_study(dialogues=2)))[:3]
    files = pictures.write_pages(pages, tmp_path)
    told: list[None] = []

    assert pictures.draw(files, program, lambda: told.append(None)) == 6 == len(told)

    sizes = {path.name: size_of(path) for path in tmp_path.glob("*.png")}
    assert {name: width for name, (width, _height) in sizes.items()} == {
        f"{page.name}-{width}.png": width for page in pages for width in pictures.WIDTHS
    }
    assert sizes[f"{pages[2].name}-390.png"][1] > sizes[f"{pages[2].name}-1440.png"][1] > 500


def test_a_browser_that_fails_costs_the_pictures_only(tmp_path: Path) -> None:
    file = tmp_path / "01-consent.html"
    file.write_text("<html><body></body></html>", encoding="utf-8")

    assert pictures.draw([file], "/bin/false", lambda: None) == 0


def size_of(path: Path) -> tuple[int, int]:
    """Width and height as a PNG's header has them."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return int(width), int(height)
