"""Raters at work: their time, and attention checks and decoys as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.bias.words import NO_WORDS, UNKNOWN, words_shown
from studies.analysis.clustering import clusters_in, interval
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import HOW, carried, exact, median, share
from studies.analysis.reading import Mask, TextTable
from studies.analysis.results import Cell, Column, Estimate, Section, Table, undefined
from studies.analysis.votes import Votes

#: Words a minute that are faster than reading: adults read 238 on average, most 175 to 300 (Brysbaert 2019,
#: J. Memory and Language 109:104047).
FASTEST: Final = 400
SESSIONS: Final = "sessions.csv"
LAYOUTS: Final = {"side": "side by side", "stacked": "one above the other", "": "not known"}
_UNTIMED: Final = -1
_NO_SECONDS: Final = (
    "Raters' time is not told: there are no ratings on main pairs, or their table has no column seconds."
)
_NO_SESSIONS: Final = "Attention checks and decoys are not told: sessions.csv is missing."
_NOTE: Final = (
    "Seconds from the first showing of the page to its first submit, breaks included. Median: of the raters' "
    f"own medians. Too fast to have read: less time than both replies take at {FASTEST} words a minute, "
    "without the dialogue. Facts; nobody is left out for them. "
)
_CHECKS_NOTE: Final = (
    "Of everything that raters with consent answered. A decoy is lost where the intact reply was not "
    "preferred, a check failed where another answer was chosen than the one asked for. They decide on "
    "leaving a rater out by the frozen rule, and are no weight. Intervals: sandwich by rater on log odds, "
    "exact over raters where all or none are lost."
)


def raters(evidence: Evidence) -> Section:
    title = "Raters at work"
    pace, checks = _pace_parts(evidence), _checks_parts(evidence)
    if not pace and not checks:
        return Section("bias_raters", title, absent=f"{_NO_SECONDS} {_NO_SESSIONS}")
    said = ((pace, _NO_SECONDS), (checks, _NO_SESSIONS))
    return Section("bias_raters", title, tuple(why for found, why in said if not found), (*pace, *checks))


def _pace_parts(evidence: Evidence) -> tuple[Table, ...]:
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None or not verdicts.says("seconds"):
        return ()
    once = votes.take(votes.dimension == evidence.dimension_code(evidence.dimensions[0]))
    seconds = verdicts.table.integers("seconds", empty=_UNTIMED)[once.row]
    timed = seconds != _UNTIMED
    if not timed.any():
        return ()
    columns = (
        Column("layout", "Layout"),
        Column("ratings", "Ratings", "count"),
        Column("seconds", "Seconds a pair, median", "number"),
        Column("too_fast", "Too fast to have read", "share"),
    )
    rows = list(_pace_rows(evidence, once.take(timed), seconds[timed]))
    return (Table("raters_pace", "Time for a pair", columns, rows, _NOTE + HOW.format(unit="raters")),)


def _pace_rows(evidence: Evidence, votes: Votes, seconds: NDArray[np.int64]) -> Iterator[tuple[Cell, ...]]:
    assert evidence.verdicts is not None
    words = words_shown(evidence)
    both = None if words is None else (words[0][votes.row], words[1][votes.row])
    every = np.ones(len(votes), dtype=bool)
    layouts: list[tuple[str, Mask]] = [("all", every)]
    if evidence.verdicts.says("layout"):
        column = evidence.verdicts.table["layout"]
        layouts += [(title, column.equals(key)[votes.row]) for key, title in LAYOUTS.items()]
    for title, rows in layouts:
        if rows.any():
            fast = _too_fast(votes, seconds, both, rows)
            yield title, int(rows.sum()), _own_medians(votes.source[rows], seconds[rows]), fast


def _own_medians(rater: NDArray[np.int32], seconds: NDArray[np.int64]) -> Estimate:
    order = np.lexsort((seconds, rater))
    starts = np.unique(rater[order], return_index=True)[1][1:]
    own = [float(np.median(part)) for part in np.split(seconds[order], starts)]
    return median(np.array(own), unit="raters", why="No rating was timed.")


def _too_fast(
    votes: Votes,
    seconds: NDArray[np.int64],
    words: tuple[NDArray[np.int64], NDArray[np.int64]] | None,
    rows: Mask,
) -> Estimate:
    if words is None:
        return undefined(NO_WORDS)
    known = rows & (words[0] != UNKNOWN) & (words[1] != UNKNOWN)
    floor = (words[0] + words[1]) * 60.0 / FASTEST
    part = votes.take(known)
    ways = {"dialogue": part.dialogue, "rater": part.source}
    why = "The replies' lengths are not known."
    return share((seconds < floor)[known], ways, unit="rater", why=why)


def _checks_parts(evidence: Evidence) -> tuple[Table, ...]:
    sessions = evidence.tables.get(SESSIONS)
    if sessions is None or "decoys_seen" not in sessions or "checks_seen" not in sessions:
        return ()
    every = np.ones(sessions.rows, dtype=bool)
    kept = ~sessions.flags("excluded") if "excluded" in sessions else every
    rows = [
        (what, who, *_lost(sessions, *columns, among))
        for what, columns in (
            ("decoys", ("decoys_seen", "decoys_lost")),
            ("attention checks", ("checks_seen", "checks_failed")),
        )
        for who, among in (("not excluded", kept), ("all", every))
    ]
    columns = (
        Column("what", "What"),
        Column("raters", "Raters"),
        Column("answered", "Answered", "count"),
        Column("lost", "Lost or failed", "count"),
        Column("raters_with_any", "Raters with one or more", "count"),
        Column("share", "Share lost or failed", "share"),
    )
    return (Table("raters_checks", "Attention checks and decoys", columns, rows, _CHECKS_NOTE),)


def _lost(sessions: TextTable, seen: str, lost: str, among: Mask) -> tuple[Cell, ...]:
    met = sessions.integers(seen, empty=0)[among]
    missed = (
        sessions.integers(lost, empty=0)[among] if lost in sessions else np.zeros(len(met), dtype=np.int64)
    )
    met, missed = met[met > 0], missed[met > 0]
    return int(met.sum()), int(missed.sum()), int((missed > 0).sum()), ratio(missed, met)


def ratio(missed: NDArray[np.int64], met: NDArray[np.int64]) -> Estimate:
    """The share missed of all that was met, each entry a rater's own; n counts what was met."""
    total = int(met.sum())
    if not total:
        return undefined("None was met.")
    rater = np.arange(len(met), dtype=np.int32)
    value = float(missed.sum() / total)
    if value in (0.0, 1.0):
        low, high = exact(len(met) if value else 0, len(met))
        return Estimate(value, low, high, n=total, clusters=clusters_in({"rater": rater}))
    return carried(interval(value, (missed - value * met) / total, {"rater": rater}, n=total))
