"""The section on consistency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from studies.analysis.consistency.people import beside_models, people_table, writers_table
from studies.analysis.consistency.sides import Sides, sides_of
from studies.analysis.consistency.spread import between_replies, over_dialogues, own
from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.planning.components import RATERS
from studies.analysis.proportions import share
from studies.analysis.results import Cell, Column, Estimate, Figure, Section, Table
from studies.analysis.votes import Votes
from studies.comparison import OVERALL

_KEY: Final = ("consistency", "Consistency")
_ABSENT: Final = "No answers on overall preference: how evenly systems do cannot be told."
_SAID: Final = (
    "A system that is preferred in half of the answers may do middling everywhere, or well in half of the "
    "dialogues and badly in the rest. These standard deviations are of its true share of preference, in "
    "percentage points, with sampling noise taken away. The order is exploratory."
)
_EYES: Final = Column("eyes", "Who answered")
_COLUMNS: Final = (
    _EYES, Column("system", "System"), Column("kind", "Kind"),
    Column("spread", "Standard deviation over dialogues", "share"),
    Column("own", "The same, whatever it met", "share"),
    Column("replies", "Between its replies to one dialogue", "share"),
    Column("lost", "Dialogues in which it lost more than it won", "share"),
)  # fmt: skip
_NOTE: Final = (
    "Over dialogues: from answers by two sources on the system in one dialogue, so that noise drops out; "
    "where it met one system only, that system's unevenness is in it. Whatever it met: from answers against "
    "two different systems. Between replies: the same reply less another one of the dialogue, against the "
    "same system. 0: no more than noise. Intervals: jackknife by dialogue. Dialogues lost: its mean share "
    "there is below one half, noise and all; exact or on log odds, by dialogue. The most even come first."
)


def consistency(evidence: Evidence) -> Section:
    """How evenly each system does, by raters and by all judges together."""
    verdicts = evidence.verdicts
    told = list(_votes(evidence))
    if verdicts is None or not told:
        return Section(*_KEY, absent=_ABSENT)
    rows: list[tuple[Cell, ...]] = []
    people: list[tuple[Cell, ...]] = []
    for title, votes in told:
        sides = sides_of(verdicts, votes)
        rows += _rows(evidence, title, sides)
        people += beside_models(evidence, title, sides)
    parts: list[Table | Figure] = [Table("consistency", "How evenly each system does", _COLUMNS, rows, _NOTE)]
    parts.append(_figure(told[0][0], rows))
    if people:
        parts += [people_table(people, _EYES), writers_table(told, evidence, _EYES)]
    return Section(*_KEY, (_SAID,), tuple(parts))


def _votes(evidence: Evidence) -> Iterator[tuple[str, Votes]]:
    """Overall answers of raters, and of all judges that the analysis keeps."""
    for title, votes in ((RATERS, evidence.raters), ("Judges together", evidence.judged)):
        if votes is not None:
            overall = votes.take(votes.dimension == evidence.dimension_code(OVERALL))
            if len(overall):
                yield title, overall


def _rows(evidence: Evidence, title: str, sides: Sides) -> list[tuple[Cell, ...]]:
    """Systems but decoys, the most even first, those without a number at the end."""
    assert evidence.verdicts is not None
    dialogues, humans = len(evidence.verdicts.dialogue.labels), evidence.verdicts.humans
    found: list[tuple[float, tuple[Cell, ...]]] = []
    for number, system in enumerate(evidence.verdicts.systems):
        mine = sides.take(sides.system == number)
        if not len(mine.rest) or evidence.decoys[number]:
            continue
        spread = over_dialogues(mine, dialogues)
        kind = "people" if number < humans else "model"
        cells = (spread, own(mine, dialogues), between_replies(mine, dialogues), _lost(mine))
        found.append((np.inf if spread.value is None else spread.value, (title, system, kind, *cells)))
    return [row for _spread, row in sorted(found, key=lambda one: (round(one[0], 9), str(one[1][1])))]


def _lost(sides: Sides) -> Estimate:
    """Share of dialogues in which its mean score is below one half."""
    dialogues, place = np.unique(sides.dialogue, return_inverse=True)
    mean = np.bincount(place, sides.score) / np.bincount(place)
    return share(mean < 0.5 - 1e-9, {"dialogue": dialogues.astype(np.int32)}, unit="dialogue")


def _figure(title: str, rows: list[tuple[Cell, ...]]) -> Figure:
    drawn = [(row[1], row[3], row[2]) for row in rows if row[0] == title]
    said = f"Standard deviation over dialogues: {title}"
    table = Table("consistency_figure", said, (_COLUMNS[1], _COLUMNS[3], _COLUMNS[2]), drawn, _NOTE)
    return Figure(
        "consistency_figure", said, "forest", table, "Standard deviation of the share of preference",
        reference=0.0,
    )  # fmt: skip


SECTIONS: Final[tuple[SectionOf, ...]] = (consistency,)
