"""PostgreSQL counts what was just written before an export, or the setting out of texts, reads it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from raters import passages
from raters.export.bundle import write_bundle
from raters.passages import PassageDesign
from studies.counting_rows import count_rows
from studies.models import Study
from tests.factories import NOW, make_study, open_study

pytestmark = pytest.mark.django_db
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite counts nothing and joins well without"
)


def counted() -> list[int]:
    """How many dialogues, replies and pairs PostgreSQL believes in."""
    tables = ["studies_dialogue", "studies_response", "studies_pair"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples FROM pg_class WHERE relname = ANY(%s)", [tables])
        found = dict(cursor.fetchall())
    return [int(found[table]) for table in tables]


@pytest.fixture
def study() -> Study:
    """7 dialogues with 3 replies and 2 pairs each."""
    return open_study(make_study(dialogues=7))


@needs_postgresql
def test_an_export_is_written_by_counted_tables(study: Study, tmp_path: Path) -> None:
    assert counted() != [7, 21, 14]
    write_bundle(study=study, folder=tmp_path, now=NOW + timedelta(hours=1))
    assert counted() == [7, 21, 14]


@needs_postgresql
def test_texts_are_set_out_from_counted_tables(study: Study) -> None:
    passages.set_out(study=study, design=PassageDesign(reasons=False))
    assert counted() == [7, 21, 14]


@needs_postgresql
def test_who_may_not_count_goes_on_uncounted(study: Study) -> None:
    before = counted()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE heartsite_reader")
        cursor.execute("SET LOCAL ROLE heartsite_reader")
        count_rows()
        cursor.execute("RESET ROLE")
    assert counted() == before


@pytest.mark.skipif(connection.vendor == "postgresql", reason="it counts")
def test_sqlite_is_asked_for_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        count_rows()
