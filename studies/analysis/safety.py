"""Safety: what raters flagged in the replies, and whether they preferred it nevertheless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import EVERYTHING, Evidence, SectionOf
from studies.analysis.proportions import HOW, share
from studies.analysis.reading import Coded, Codes, Mask, renumbered
from studies.analysis.results import Cell, Column, Figure, Section, Table
from studies.comparison import OVERALL

#: What a rater can say of a reply, and how it reads.
FLAGS: Final = {"unsafe": "unsafe", "broken": "broken", "wrong_role": "in the wrong role"}
UNSAFE: Final = "unsafe"
ALL_SYSTEMS: Final = "all systems"
_NO_FLAGS: Final = (
    "Safety is not told: the table of verdicts has no columns flags_first and flags_second. An export of "
    "this site's own ratings has them."
)
_NO_RATINGS: Final = (
    "Safety is not told: there are no raters' answers on the dimension overall, whose rows hold what raters "
    "flagged."
)
_FLAGGED: Final = (
    Column("system", "System"),
    Column("slice", "Slice"),
    Column("flag", "Flagged as"),
    Column("ratings", "Times rated", "count"),
    Column("flagged", "Times flagged", "count"),
    Column("share_of_ratings", "Share of ratings", "share"),
    Column("replies", "Replies", "count"),
    Column("replies_flagged", "Replies flagged by anybody", "count"),
    Column("share_of_replies", "Share of replies", "share"),
)
_PREFERRED: Final = (
    Column("system", "System"),
    Column("slice", "Slice"),
    Column("flagged", "Times flagged as unsafe", "count"),
    Column("preferred", "Preferred all the same", "count"),
    Column("no_difference", "No difference", "count"),
    Column("share_of_flagged", "Preferred, of those flagged", "share"),
    Column("share_of_ratings", "Preferred and unsafe, of all ratings", "share"),
)
_FLAGGED_NOTE: Final = (
    "Main pairs, first occasion, not excluded, rows with the dimension overall. A rating of a pair counts "
    "once for each of its two replies. Ratings cluster by dialogue and rater, replies by dialogue. "
)
_PREFERRED_NOTE: Final = (
    "Preferred and unsafe: the rater who flagged the reply as unsafe said on the dimension overall that "
    "it is the better one (docs/codebook.md). Where both were flagged, one may have had to be preferred. "
)
_NEVER: Final = "No rater flagged such a reply as unsafe."


@dataclass(frozen=True, slots=True)
class Seen:
    """One row for each reply of each rating: two a rating. Arrays of equal length.

    `reply` numbers replies, `won` is 1 where the rater preferred it, 0 for no difference, −1 where not.
    """

    dialogue: Codes
    rater: Codes
    system: Codes
    reply: Codes
    won: NDArray[np.int8]
    flags: dict[str, Mask]

    def take(self, rows: Mask) -> Seen:
        return Seen(
            self.dialogue[rows], self.rater[rows], self.system[rows], self.reply[rows], self.won[rows],
            {name: mask[rows] for name, mask in self.flags.items()},
        )  # fmt: skip

    @property
    def ways(self) -> dict[str, Codes]:
        return {"dialogue": self.dialogue, "rater": self.rater}


def safety(evidence: Evidence) -> Section:
    title = "Safety"
    verdicts = evidence.verdicts
    if verdicts is not None and not (verdicts.says("flags_first") and verdicts.says("flags_second")):
        return Section("safety", title, absent=_NO_FLAGS)
    seen = seen_in(evidence)
    if verdicts is None or seen is None:
        return Section("safety", title, absent=_NO_RATINGS)
    flagged = list(_rows(evidence, seen, flagged_cells_of))
    preferred = list(_rows(evidence, seen, lambda part: [preferred_cells(part)]))
    first = [row for row in flagged if row[1] == EVERYTHING]
    flagged_note, preferred_note = (
        note + HOW.format(unit="dialogues") for note in (_FLAGGED_NOTE, _PREFERRED_NOTE)
    )
    parts = (
        Table("safety_flags", "What raters flagged", _FLAGGED, first, flagged_note),
        _figure(first),
        Table(
            "safety_preferred",
            "Preferred although unsafe",
            _PREFERRED,
            [row for row in preferred if row[1] == EVERYTHING],
            preferred_note,
        ),
        Table("safety_flags_full", "What raters flagged, by slice", _FLAGGED, flagged, flagged_note),
        Table(
            "safety_preferred_full",
            "Preferred although unsafe, by slice",
            _PREFERRED,
            preferred,
            preferred_note,
        ),
    )
    return Section("safety", title, _lead(evidence, seen), parts)


def seen_in(evidence: Evidence) -> Seen | None:
    """Both replies of each primary rating on `overall`. None without any."""
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None:
        return None
    one = votes.take(votes.dimension == evidence.dimension_code(OVERALL))
    if not len(one):
        return None
    flags = [_flags(verdicts.table[f"flags_{side}"].take(one.row)) for side in ("first", "second")]
    first, second = np.where(one.a_first, one.a, one.b), np.where(one.a_first, one.b, one.a)
    toward_first = np.where(one.a_first, -np.sign(one.value), np.sign(one.value)).astype(np.int8)
    system = np.concatenate([first, second])
    return Seen(
        dialogue=np.tile(one.dialogue, 2),
        rater=np.tile(one.source, 2),
        system=system,
        reply=_replies(evidence, one.row, np.tile(one.dialogue, 2), system),
        won=np.concatenate([toward_first, -toward_first]),
        flags={name: np.concatenate([side[name] for side in flags]) for name in FLAGS},
    )


def flagged_cells_of(part: Seen) -> list[tuple[Cell, ...]]:
    """What stands under the columns from `flag` on, a row for each flag."""
    replies, first, of_rating = np.unique(part.reply, return_index=True, return_inverse=True)
    dialogue = {"dialogue": part.dialogue[first]}
    rows: list[tuple[Cell, ...]] = []
    for name, flagged in part.flags.items():
        by_anybody = np.bincount(of_rating, weights=flagged, minlength=len(replies)) > 0
        rows.append(
            (
                name,
                len(part.reply),
                int(flagged.sum()),
                share(flagged, part.ways),
                len(replies),
                int(by_anybody.sum()),
                share(by_anybody, dialogue),
            )
        )
    return rows


def preferred_cells(part: Seen) -> tuple[Cell, ...]:
    """What stands under the columns from `flagged` on."""
    unsafe, preferred = part.flags[UNSAFE], part.won > 0
    flagged = part.take(unsafe)
    return (
        len(flagged.won),
        int((flagged.won > 0).sum()),
        int((flagged.won == 0).sum()),
        share(flagged.won > 0, flagged.ways, why=_NEVER),
        share(unsafe & preferred, part.ways),
    )


def _rows(
    evidence: Evidence, seen: Seen, cells: Callable[[Seen], list[tuple[Cell, ...]]]
) -> Iterator[tuple[Cell, ...]]:
    """Every system and then all together, by slice; those that nobody rated are left out."""
    assert evidence.verdicts is not None
    names = (*evidence.verdicts.systems, ALL_SYSTEMS)
    for number, system in enumerate(names):
        of_system = seen if system == ALL_SYSTEMS else seen.take(seen.system == number)
        for slice_name, dialogues in evidence.slices.items():
            part = of_system.take(dialogues[of_system.dialogue])
            if len(part.won):
                for row in cells(part):
                    yield system, slice_name, *row


def _lead(evidence: Evidence, seen: Seen) -> tuple[str, ...]:
    """Says that nothing was flagged; and that the second pass flagged something, whose rows are elsewhere."""
    lead = []
    if not any(mask.any() for mask in seen.flags.values()):
        lead.append("No rater flagged any reply. The upper ends of the intervals say what that rules out.")
    later = _flagged_later(evidence)
    if later:
        lead.append(f"Answers in the second pass that flagged a reply, not counted here: {later}.")
    return tuple(lead)


def _flagged_later(evidence: Evidence) -> int:
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None or not verdicts.says("phase"):
        return 0
    rows = votes.row[verdicts.table["phase"].equals("rubric")[votes.row]]
    sides = [verdicts.table[f"flags_{side}"].take(rows).equals("") for side in ("first", "second")]
    return int((~sides[0] | ~sides[1]).sum())


def _flags(column: Coded) -> dict[str, Mask]:
    return {
        name: column.matching(np.array([name in label.split("|") for label in column.labels], dtype=bool))
        for name in FLAGS
    }


def _replies(evidence: Evidence, row: NDArray[np.int64], dialogue: Codes, system: Codes) -> Codes:
    """Numbers for the replies: by name, else each system's reply to each dialogue is one."""
    verdicts = evidence.verdicts
    assert verdicts is not None
    if not (verdicts.says("response_first") and verdicts.says("response_second")):
        together = dialogue.astype(np.int64) * len(verdicts.systems) + system
        return renumbered(together)[0].astype(np.int32)
    columns = [verdicts.table[f"response_{side}"].take(row) for side in ("first", "second")]
    names = sorted({*columns[0].labels, *columns[1].labels})
    place = {name: number for number, name in enumerate(names)}
    new = [np.array([place[label] for label in column.labels], dtype=np.int32) for column in columns]
    return np.concatenate([new[side][column.codes] for side, column in enumerate(columns)])


def _figure(rows: list[tuple[Cell, ...]]) -> Figure:
    drawn = Table(
        "safety_drawn",
        "Share of ratings in which a reply was flagged",
        (_FLAGGED[0], _FLAGGED[5], _FLAGGED[2]),
        [(row[0], row[5], FLAGS[str(row[2])]) for row in rows],
    )
    return Figure(
        "safety_figure",
        "How often raters flagged replies",
        "forest",
        drawn,
        x_title="Share of ratings in which the reply was flagged",
        reference=0.0,
    )


SECTIONS: Final[tuple[SectionOf, ...]] = (safety,)
