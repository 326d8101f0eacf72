"""The analysis knows no database: its tests are left out of the second run, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever is not marked for the database cannot reach it: pytest-django sees to that."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("django_db") is None:
            item.add_marker("no_database")
