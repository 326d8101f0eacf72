"""Counting rows: PostgreSQL learns what its tables hold before much is read from them.

It counts in the background, a minute after a large insert or later, and never what a transaction has not
committed yet. Until then it takes every condition for a rare one, and joins full tables row by row.
"""

from __future__ import annotations

from django.db import connection


def count_rows() -> None:
    """Has PostgreSQL count the tables of all models; SQLite has no need of it.

    It draws at most 30,000 rows a table. A table that is just being counted, or is not this user's, is left
    out. Inside a transaction it counts what that has written so far.
    """
    if connection.vendor != "postgresql":
        return
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = ", ".join(connection.ops.quote_name(table) for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {names}")
