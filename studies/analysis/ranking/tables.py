"""Tables and figures of the ranking."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.ranking.elo import ANCHOR, points
from studies.analysis.ranking.entries import Entry, entry_of, first_read, said_of
from studies.analysis.ranking.resampling import FEWEST, percentile, resampled
from studies.analysis.ranking.standing import stand
from studies.analysis.results import Cell, Column, Estimate, Figure, Table, undefined

EYES: Final = Column("eyes", "Who answered")
DIMENSION: Final = Column("dimension", "Dimension")
SLICE: Final = Column("slice", "Slice")
SYSTEM: Final = Column("system", "System")
AGAINST: Final = Column("against", "Compared with")
RANKS: Final = (
    Column("rank", "Rank", "count"),
    Column("rank_low", "Best rank left open", "count"),
    Column("rank_high", "Worst rank left open", "count"),
)
ELO: Final = Column("elo", "Elo", "elo")
REMARK: Final = Column("remark", "Remark")
_RANK_NOTE: Final = (
    "Elo: 400 points are odds of ten to one, ties as half wins (Bradley & Terry 1952). The 95 % interval is"
    " of the difference to the anchor and clusters by dialogue, rater and writer. The ranks left open hold "
    "for all systems at once in 95 % (Mogstad et al. 2024). Ranks are among the systems that can be ranked."
)


def ranking_table(evidence: Evidence, entries: list[Entry], systems: tuple[str, ...]) -> Table:
    """What is read first, with the bootstrap over dialogues beside the interval over all clusters."""
    rows: list[tuple[Cell, ...]] = []
    for entry in entries:
        bootstrap = _bootstrap(evidence, entry)
        for system in entry.order:
            rows.append(
                (
                    entry.eyes.title, systems[system], entry.standing.elo(system), *_ranks(entry, system),
                    bootstrap[system], _remark(entry, system),
                )
            )  # fmt: skip
    over_dialogues = Column("elo_dialogues", "Elo, interval over dialogues alone", "elo")
    note = (
        f"{_RANK_NOTE} Interval over dialogues alone: percentiles of {evidence.options.resamples} resamples "
        f"of dialogues, raters and writers taken as they are; only from {FEWEST} dialogues on."
    )
    columns = (EYES, SYSTEM, ELO, *RANKS, over_dialogues, REMARK)
    return Table("ranking", "Ranking by overall preference", columns, rows, note)


def full_table(entries: list[Entry], systems: tuple[str, ...]) -> Table:
    rows = [
        (
            entry.eyes.title, entry.dimension, entry.slice, *_ranks(entry, system), systems[system],
            entry.standing.elo(system), int(entry.standing.answered[system]), _remark(entry, system),
        )
        for entry in entries
        for system in entry.order
    ]  # fmt: skip
    columns = (
        EYES, DIMENSION, SLICE, *RANKS, SYSTEM, ELO, Column("votes", "Answers", "count"), REMARK,
    )  # fmt: skip
    return Table("ranking_full", "Every ranking", columns, rows, _RANK_NOTE)


def forest(entry: Entry, systems: tuple[str, ...]) -> Figure:
    """Elo with intervals, best first; systems without a value are left out."""
    rows = [
        (systems[system], entry.standing.elo(system))
        for system in entry.order
        if np.isfinite(entry.standing.strength[system])
    ]
    key = f"ranking_forest_{entry.eyes.kind}" + (f"_{entry.eyes.name}" if entry.eyes.name else "")
    table = Table(key, f"Elo: {entry.eyes.title}", (SYSTEM, ELO), rows, _RANK_NOTE)
    return Figure(
        key, f"Strength of each system: {entry.eyes.title}", "forest", table, "Elo points", reference=ANCHOR
    )


def exclusions_table(evidence: Evidence, entries: list[Entry], systems: tuple[str, ...]) -> tuple[Table, ...]:
    """Raters' overall ranking beside the one with what is left out; none where nothing is left out."""
    everything, kept = evidence.raters_with_excluded, evidence.raters
    mine = [entry for entry in first_read(entries) if entry.eyes.kind == "raters"]
    if everything is None or kept is None or len(everything) == len(kept) or not mine:
        return ()
    entry = mine[0]
    votes = everything.take(everything.dimension == evidence.dimension_code(entry.dimension))
    other = entry_of(
        evidence,
        Eyes("raters", "with excluded answers", votes),
        entry.dimension,
        EVERYTHING,
        stand(votes, len(systems), evidence.verdicts.humans if evidence.verdicts else 0),
    )
    rows = [
        (
            systems[system], _ranks(entry, system)[0], entry.standing.elo(system),
            _ranks(other, system)[0], other.standing.elo(system),
        )
        for system in entry.order
    ]  # fmt: skip
    columns = (
        SYSTEM, RANKS[0], Column("elo", "Elo as analysed", "elo"),
        Column("rank_with_excluded", "Rank with excluded answers", "count"),
        Column("elo_with_excluded", "Elo with excluded answers", "elo"),
    )  # fmt: skip
    note = f"The section What this rests on says what is left out. {_RANK_NOTE}"
    on = evidence.dimension_names[entry.dimension]
    title = f"The raters' ranking with and without exclusions ({on})"
    return (Table("ranking_exclusions", title, columns, rows, note),)


def links_table(entries: list[Entry], systems: tuple[str, ...]) -> Table:
    """What is to be known of each ranking, one sentence a row."""
    rows = [
        (entry.eyes.title, entry.dimension, entry.slice, sentence)
        for entry in entries
        for sentence in said_of(entry, systems)
    ]
    columns = (EYES, DIMENSION, SLICE, Column("said", "What is to be known"))
    note = "A ranking without a row here links all its systems both ways, and has no prior."
    return Table("ranking_links_full", "Links, prior and single clusters", columns, rows, note)


def _ranks(entry: Entry, system: int) -> tuple[int | None, int | None, int | None]:
    ranks = entry.ranks
    if not ranks.rank[system]:
        return None, None, None
    return int(ranks.rank[system]), int(ranks.low[system]), int(ranks.high[system])


def _remark(entry: Entry, system: int) -> str:
    if entry.standing.connection.anchor[system] == 1.0:
        return "anchor"
    return entry.standing.connection.remarks.get(system, "")


def _bootstrap(evidence: Evidence, entry: Entry) -> list[Estimate]:
    standing, systems = entry.standing, len(entry.standing.strength)
    core = standing.counts.among(standing.connection.core)
    enough = core.dialogues >= FEWEST
    drawn = np.zeros((0, systems))
    if enough:
        rng = evidence.rng(f"bootstrap {entry.eyes.key} {entry.dimension} {entry.slice}")
        resamples = evidence.options.resamples
        drawn = resampled(standing.counts, standing.connection, standing.strength, resamples, rng)
    found = []
    for system in range(systems):
        elo = standing.elo(system)
        if not standing.connection.core[system] or standing.connection.anchor[system] == 1.0:
            found.append(undefined(elo.undefined, n=elo.n, value=elo.value))
            continue
        value = float(standing.strength[system])
        found.append(percentile(points(value), drawn[:, system], core.dialogues, elo.n))
    return found
