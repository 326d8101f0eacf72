"""Position: how often the reply shown first is preferred, and what a turned order changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.bias.cuts import COLUMNS, NO_ANSWERS, Cut, full, short
from studies.analysis.bias.sides import balance_parts
from studies.analysis.bias.swaps import swap_parts
from studies.analysis.evidence import Evidence, Eyes
from studies.analysis.proportions import HOW, share
from studies.analysis.reading import Codes
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table
from studies.analysis.votes import Votes

NO_CHOICE: Final = "No answer names a better reply."
_COUNTS: Final = (
    Column("first_preferred", "Share for the first shown", "share"),
    Column("decisive", "Answers with a preference", "count"),
    Column("ties", "No difference", "count"),
)
_LEAD: Final = (
    "Whoever prefers what stands first, whatever it says, prefers it in more than half of the decided pairs. "
    "Turning sides evenly keeps this from favouring a system; it does not take the noise away."
)
_NOTE: Final = "Of the answers that prefer a reply. Without an effect of position ½ is expected. "


@dataclass(frozen=True, slots=True)
class Choices:
    """Votes that prefer a reply: whether it was the one shown first, and how they hang together."""

    for_first: NDArray[np.bool_]
    weight: NDArray[np.float64]
    ways: dict[str, Codes]


def position(evidence: Evidence) -> Section:
    """Position: raters and single judges. A jury sees both orders and has no first reply."""
    title = "Position and sides"
    eyes = looking_once(evidence)
    balance = balance_parts(evidence)
    if not eyes and not balance:
        return Section("bias_position", title, absent=NO_ANSWERS)
    parts = (*_shares(evidence, eyes), *swap_parts(evidence), *balance) if eyes else balance
    lead = (
        _LEAD,
        *(() if eyes else (NO_ANSWERS,)),
        *(() if any(one.kind == "judge" for one in eyes) else ("No judge's answers are there.",)),
        *(() if balance else (_NO_PLAN,)),
    )
    return Section("bias_position", title, lead, parts)


def looking_once(evidence: Evidence) -> list[Eyes]:
    """Raters and judges; without the jury, whose verdicts have no order."""
    return [one for one in evidence.eyes if one.kind != "jury"]


def choices(cut: Cut) -> Choices:
    votes = cut.votes.take(cut.votes.value != 0)
    return Choices((votes.value < 0) == votes.a_first, votes.weight, _ways(votes))


def first_preferred(cut: Cut) -> Estimate:
    """The share of decided votes for the reply that was shown first."""
    made = choices(cut)
    return share(made.for_first, made.ways, made.weight, why=NO_CHOICE)


_NO_PLAN: Final = (
    "The balance of sides is not told: neither assignments.csv with pairs.csv (the plan) nor ratings are "
    "there."
)


def _shares(evidence: Evidence, eyes: list[Eyes]) -> tuple[Table | Figure, ...]:
    note = _NOTE + HOW.format(unit="dialogues")
    rows = [(*cut.cells, *_cells(cut)) for cut in short(evidence, eyes)]
    first = Table("bias_position", "Preference for the reply shown first", (*COLUMNS, *_COUNTS), rows, note)
    drawn = Table(
        "bias_position_drawn",
        "Share for the first shown",
        (COLUMNS[0], _COUNTS[0]),
        [(row[0], row[3]) for row in rows],
    )
    return (
        first,
        Figure(
            "bias_position_figure",
            "Preference for the reply shown first",
            "forest",
            drawn,
            x_title="Share for the first shown",
            reference=0.5,
        ),
        _by_system(evidence, eyes, note),
        replace(
            first,
            key="bias_position_full",
            title="The same by dimension and slice",
            rows=[(*cut.cells, *_cells(cut)) for cut in full(evidence, eyes)],
        ),
    )


def _cells(cut: Cut) -> tuple[Cell, ...]:
    decided = int((cut.votes.value != 0).sum())
    return first_preferred(cut), decided, len(cut.votes) - decided


def _by_system(evidence: Evidence, eyes: list[Eyes], note: str) -> Table:
    verdicts = evidence.verdicts
    assert verdicts is not None
    rows = [
        (cut.eyes.title, name, *_system_cells(cut, system))
        for cut in short(evidence, eyes)
        for system, name in enumerate(verdicts.systems)
        if np.any((cut.votes.a == system) | (cut.votes.b == system))
    ]
    return Table(
        "bias_position_by_system",
        "Position by system",
        (
            COLUMNS[0],
            Column("system", "System"),
            _COUNTS[0],
            Column("preferred_when_first", "Preferred when shown first", "share"),
            Column("preferred_when_second", "Preferred when shown second", "share"),
        ),
        rows,
        f"Decided answers on the system's pairs, {_dimension(evidence)}. {note}",
    )


def _system_cells(cut: Cut, system: int) -> tuple[Estimate, Estimate, Estimate]:
    with_it = (cut.votes.a == system) | (cut.votes.b == system)
    votes = cut.votes.take(with_it & (cut.votes.value != 0))
    is_a = votes.a == system
    wins = (votes.value < 0) == is_a
    was_first = votes.a_first == is_a
    shown = [
        share(wins[rows], _ways(votes.take(rows)), votes.weight[rows], why=NO_CHOICE)
        for rows in (was_first, ~was_first)
    ]
    return (
        share((votes.value < 0) == votes.a_first, _ways(votes), votes.weight, why=NO_CHOICE),
        shown[0],
        shown[1],
    )


def _ways(votes: Votes) -> dict[str, Codes]:
    """Dialogues and raters. Writers say nothing here: sides are drawn whoever wrote the reply."""
    return {"dialogue": votes.dialogue, "rater": votes.source}


def _dimension(evidence: Evidence) -> str:
    first = evidence.dimensions[:1]
    return f"dimension {evidence.dimension_names[first[0]]}" if first else "no dimension"
