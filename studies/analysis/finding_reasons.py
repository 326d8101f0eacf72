"""The summary's sentences on coded reasons and replies, each from the rows of finished tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studies.analysis.finding import Finding, Row, Rows
from studies.analysis.reporting.printing import printed
from studies.analysis.results import CONFIDENCE, Cell, ColumnKind, Estimate

#: Sections whose absence the summary tells.
REASONS_READ: Final = frozenset({"overlap", "strategies"})
_SPACE: Final = "\N{NO-BREAK SPACE}"


def themes(rows: Rows) -> Iterator[Finding]:
    """How often a rater's and a judge's reasons share a theme, and how far their profiles are apart."""
    shared = [
        row
        for row in rows.of("overlap", who="Raters with judges")
        if isinstance(row["found"], Estimate) and row["found"].value is not None
    ]
    for common in [*(row for row in shared if row["couples_of"] != "all"), *shared][:1]:
        both = {"coded_by": common["coded_by"], "left": "Raters", "right": "Judges"}
        apart = next(iter(rows.of("profile_distance", **both)), None)
        where = "of a pair" if common["couples_of"] == "all" else "where both prefer the same reply"
        chance = common["chance"]
        told = isinstance(chance, Estimate) and chance.value is not None
        beside = f", by chance in {printed(_plain(chance), 'share')}" if told else ""
        said = (
            f"A rater's and a judge's reasons {where} share a theme in {_with_n(common['found'], 'share')} "
            f"pairs{beside}."
        )
        yield Finding(
            _apart(apart), said + _distance(apart), str(common["coded_by"]), rows.section("overlap")
        )


def _apart(row: Row | None) -> str:
    if row is None or row["p"] is None:
        return "How far raters' and judges' reasons overlap"
    if _below(row["p"]) and _low(row["divergence"]) > _plain(row["baseline"]):
        return "Raters' and judges' reasons clearly stress different dimensions"
    return "No clear difference between the dimensions that raters' and judges' reasons stress"


def _distance(row: Row | None) -> str:
    if row is None or row["p"] is None:
        return ""
    return (
        f" Their profiles are {_text(row['divergence'], 'number')} bits apart, by chance "
        f"{printed(_plain(row['baseline']), 'number')}, p{_SPACE}{_p(row['p'])}."
    )


def strategies(rows: Rows) -> Iterator[Finding]:
    """The strategy in which people change most unlike models on adversarial dialogues, of those tested."""
    every = [row for row in rows.of("strategies_interaction") if row["p_holm"] is not None]
    mine = [row for row in every if row["coded_by"] == every[0]["coded_by"]]
    mine.sort(key=lambda row: (not _clear(row), _plain(row["p_holm"]), -abs(_plain(row["difference"]))))
    for row in mine[:1]:
        turn = "to" if _plain(row["difference"]) > 0 else "away from"
        head = (
            f"On adversarial dialogues people clearly turn {turn} “{row['strategy']}” more than models do"
            if _clear(row)
            else "No strategy to which people clearly turn otherwise than models on adversarial dialogues"
        )
        said = (
            f"“{row['strategy']}”, the clearest of {len(mine)}: people {_text(row['people'], 'points')}, "
            f"models {_text(row['models'], 'points')}; difference {_with_n(row['difference'], 'points')} "
            f"replies, p{_SPACE}{_p(row['p_holm'])} after Holm."
        )
        yield Finding(head, said, str(row["coded_by"]), rows.section("strategies_interaction"))


def _clear(row: Row) -> bool:
    """Both p and the interval say so: the interval knows of more writers than these, p of what is rare."""
    difference = row["difference"]
    if not isinstance(difference, Estimate) or difference.low is None or difference.high is None:
        return False
    return _below(row["p_holm"]) and (difference.low > 0 or difference.high < 0)


def _low(cell: Cell) -> float:
    return cell.low if isinstance(cell, Estimate) and cell.low is not None else 0.0


def _plain(cell: Cell) -> float:
    found = cell.value if isinstance(cell, Estimate) else cell
    return float(found) if isinstance(found, int | float) else 0.0


def _below(cell: Cell) -> bool:
    return isinstance(cell, float) and cell <= 1.0 - CONFIDENCE + 1e-9


def _text(cell: Cell, kind: ColumnKind) -> str:
    told = printed(cell, kind).replace(", ", f",{_SPACE}")
    lacks = isinstance(cell, Estimate) and cell.value is not None and cell.low is None
    return f"{told} (no interval)" if lacks else told


def _with_n(cell: Cell, kind: ColumnKind) -> str:
    n = printed(cell.n, "count") if isinstance(cell, Estimate) else ""
    return f"{_text(cell, kind)}, n{_SPACE}={_SPACE}{n}"


def _p(cell: Cell) -> str:
    told = printed(cell, "p")
    return told if told.startswith("<") else f"={_SPACE}{told}"
