"""Who took part: writers of people's replies, raters' sessions, and what raters skipped."""

from __future__ import annotations

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.results import Cell, Column, Table


def writers(evidence: Evidence) -> Table:
    """People's writers and how many replies each wrote: of responses.csv, else those in the answers."""
    columns = (Column("writer", "Writer"), Column("replies", "Replies", "count"))
    responses, verdicts = evidence.tables.get("responses.csv"), evidence.verdicts
    counts: dict[str, int] = {}
    if responses is not None and "writer" in responses:
        for label, count in zip(*np.unique(responses["writer"].texts(), return_counts=True), strict=True):
            counts[str(label)] = int(count)
    elif verdicts is not None:
        sides = ((verdicts.writer_a, verdicts.a), (verdicts.writer_b, verdicts.b))
        replies = len(verdicts.dialogue.labels) * len(verdicts.systems)
        keys = [
            writer.astype(np.int64) * replies + verdicts.dialogue.codes * len(verdicts.systems) + system
            for writer, system in sides
        ]
        written = np.unique(np.concatenate(keys))
        written = written[written >= 0] // max(replies, 1)
        counts = {name: int((written == number).sum()) for number, name in enumerate(verdicts.writers)}
    rows = [(name, count) for name, count in sorted(counts.items()) if name]
    note = "Without responses.csv: replies that stand in an answer."
    return Table("rests_writers_full", "Writers of people's replies", columns, rows, note)


def sessions(evidence: Evidence) -> Table:
    """Raters with consent by outcome; no rows without sessions.csv."""
    columns = (
        Column("outcome", "Outcome"),
        Column("sessions", "Raters with consent", "count"),
        Column("excluded", "Of them left out", "count"),
    )
    table = evidence.tables.get("sessions.csv")
    if table is None or "outcome" not in table:
        return Table("rests_sessions_full", "Sessions", columns, [])
    none = np.zeros(table.rows, dtype=bool)
    out = table.flags("excluded") if "excluded" in table else none
    rows: list[tuple[Cell, ...]] = []
    for label in table["outcome"].labels:
        mine = table["outcome"].equals(label)
        rows.append((label, int(mine.sum()), int((mine & out).sum())))
    return Table("rests_sessions_full", "Sessions by outcome", columns, rows)


def skips(evidence: Evidence) -> Table:
    """Skipped pairs by phase and reason; no rows without skips.csv."""
    columns = (
        Column("phase", "Phase"),
        Column("reason", "Reason"),
        Column("skipped", "Pairs skipped", "count"),
        Column("raters", "Raters", "count"),
    )
    table = evidence.tables.get("skips.csv")
    if table is None:
        return Table("rests_skips_full", "Skipped pairs", columns, [])
    rows: list[tuple[Cell, ...]] = []
    for phase in table["phase"].labels:
        for reason in table["reason"].labels:
            mine = table["phase"].equals(phase) & table["reason"].equals(reason)
            if mine.any():
                raters = len(np.unique(table["rater"].codes[mine])) if "rater" in table else None
                rows.append((phase, reason, int(mine.sum()), raters))
    return Table("rests_skips_full", "Skipped pairs", columns, rows, "Pairs of every kind.")
