"""The sheet's questions on agreement, read from the report's finished tables: nothing is computed twice."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import EVERYTHING
from studies.analysis.finding import Row
from studies.analysis.heds.answers import Said, text
from studies.analysis.heds.record import Record, SaidOfOne
from studies.analysis.reporting.printing import printed
from studies.analysis.results import Cell, ColumnKind, Estimate

#: What HEDS asks to be written where agreement was not measured.
NO_INTER: Final = "InterAA not assessed"
NO_INTRA: Final = "IntraAA not assessed"
NOTHING: Final = "N/A"
_SIDES: Final = {"same_side_s1": "on the same side", "turned_s1": "with sides turned"}


def _coefficients(record: Record, key: str) -> list[Row]:
    return record.rows.of("coefficients_full", answered_by="Raters", dimension=key, slice=EVERYTHING)


def _has_value(cell: Cell) -> bool:
    return isinstance(cell, Estimate) and cell.value is not None


def _among(record: Record, key: str) -> Said | None:
    found = _coefficients(record, key)
    if not found:
        return None
    if not any(_has_value(row["estimate"]) for row in found):
        return text("analysis", NO_INTER)
    names = ", ".join(f"{row['coefficient']} (of the {row['answers']})" for row in found)
    return text(
        "analysis",
        f"Among all raters of a pair: {names}; 95 % intervals that leave out one dialogue, rater and "
        "writer at a time.",
    )


def _among_score(record: Record, key: str) -> Said | None:
    found = _coefficients(record, key)
    if not found:
        return None
    if not any(_has_value(row["estimate"]) for row in found):
        return text("analysis", NOTHING)
    return text(
        "analysis", "; ".join(_told(str(row["coefficient"]), row["estimate"], "number") for row in found)
    )


def _told(name: str, cell: Cell, kind: ColumnKind) -> str:
    """`name value [low, high], n = 12`, or the sentence why not."""
    if not isinstance(cell, Estimate) or cell.value is None:
        return f"{name}: none ({cell.undefined if isinstance(cell, Estimate) else 'not computed'})"
    why = f" (no interval: {cell.undefined})" if cell.low is None else ""
    return f"{name} {printed(cell, kind)}, n = {cell.n}{why}".replace("\N{NO-BREAK SPACE}", " ")


def _repeats(record: Record, key: str) -> Row | None:
    return next(iter(record.rows.of("repeats_full", dimension=key, slice=EVERYTHING)), None)


def _are_none_planned(record: Record) -> bool:
    return record.protocol is not None and record.protocol.journey.repeats_percent == 0


def _within(record: Record, key: str) -> Said | None:
    row = _repeats(record, key)
    if row is None:
        if not (_are_none_planned(record) and key in record.asked):
            return None
        return text("protocol", f"{NO_INTRA} (none planned: no pair comes back to the same rater)")
    if not any(_has_value(row[side]) for side in _SIDES):
        return text("analysis", f"{NO_INTRA} (no repeated pair has an answer on this row)")
    return text(
        "analysis",
        "Pairs shown to the same rater again: the share of answers with the sign of the first one, no "
        "difference counting as an answer, on the same side and with sides turned; 95 % intervals by "
        "dialogue and rater.",
    )


def _within_score(record: Record, key: str) -> Said | None:
    row = _repeats(record, key)
    if row is None:
        return text("protocol", NOTHING) if _are_none_planned(record) and key in record.asked else None
    if not any(_has_value(row[side]) for side in _SIDES):
        return text("analysis", NOTHING)
    return text("analysis", "; ".join(_told(name, row[side], "share") for side, name in _SIDES.items()))


AGREED: Final[dict[str, SaidOfOne]] = {
    "4.3.11.1": _among,
    "4.3.11.2": _among_score,
    "4.3.12.1": _within,
    "4.3.12.2": _within_score,
}
