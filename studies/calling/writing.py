"""Writing one row of many that all change alike: one UPDATE past the ORM.

Every call ends with two of them. Making their SQL anew each time took a worker as long as the call itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from django.db import connection, models

Model = type[models.Model]


def update_row(model: Model, pk: int, columns: Mapping[str, Any], only_if: Mapping[str, Any]) -> bool:
    """Changes the row if its columns still have the values of `only_if`; whether it did. None is NULL."""
    names = tuple(columns)
    guards = tuple((name, value is None) for name, value in only_if.items())
    values = [_prepared(model, name, columns[name]) for name in names]
    values += [pk, *(_prepared(model, name, value) for name, value in only_if.items() if value is not None)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, names, guards), values)
        return bool(cursor.rowcount)


def _prepared(model: Model, name: str, value: Any) -> Any:
    plain = value.value if isinstance(value, Enum) else value
    return _field(model, name).get_db_prep_save(plain, connection)


@cache
def _statement(model: Model, names: tuple[str, ...], guards: tuple[tuple[str, bool], ...]) -> str:
    """No value enters the SQL text."""
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(_column(model, name))} = %s" for name in names)
    conditions = [f"{quote(_column(model, 'id'))} = %s"]
    conditions += [
        f"{quote(_column(model, name))} {'IS NULL' if is_null else '= %s'}" for name, is_null in guards
    ]
    table = quote(model._meta.db_table)
    return f"UPDATE {table} SET {changes} WHERE {' AND '.join(conditions)}"  # noqa: S608  (names only)


@cache
def _field(model: Model, name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if name in (field.attname, field.name))


def _column(model: Model, name: str) -> str:
    return str(_field(model, name).column)
