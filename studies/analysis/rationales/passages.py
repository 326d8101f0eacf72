"""The passages that were set out to be coded, and what became of the answers that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.reading import CannotRead, Coded, Codes, Mask, TextTable, repeated
from studies.analysis.verdicts import JUDGE, MAIN, NOBODY, RATER, Verdicts, joined
from studies.comparison import OVERALL

PASSAGES: Final = "passages.csv"
REASON: Final = "reason"
REPLY: Final = "reply"
SYSTEM: Final = "system"
NO_RUBRIC: Final = "no_rubric"
#: The phase of the verdicts in which a reason was written, where it has another name than the variant.
_WRITTEN: Final = {f"{JUDGE} rubric": f"{JUDGE} {MAIN}"}
#: The phase in which its writer was asked for the preference.
_PREFERRED: Final = {f"{JUDGE} rubric": f"{JUDGE} {MAIN}", f"{RATER} rubric": f"{RATER} {MAIN}"}
#: The preference that belongs to a reason is not known.
UNKNOWN: Final = 9
NEEDED: Final = (
    "passage", "kind", "source_kind", "source", "variant", "dialogue", "tags", "pair", "order", "occasion",
    "system", "response", "erased",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passages:
    """P passages; arrays of that length, texts are `Coded`.

    `pair` is unique over dialogues. `preference` is that of the answer which a reason belongs to: below 0 the
    pair's first system in the order of `Verdicts`, 0 no difference, UNKNOWN. `dropped` are those whose answer
    the analysis leaves out, `repeated` raters' reasons from the second occasion on. `writer` numbers who
    wrote a reply, `rater` whose reason it is (−1: nobody's).
    """

    key: Coded
    reply: Mask
    source_kind: Coded
    source: Coded
    variant: Coded
    dialogue: Coded
    tags: Coded
    pair: Coded
    system: Coded
    response: Coded
    erased: Mask
    preference: NDArray[np.int8]
    dropped: Mask
    repeated: Mask
    rater: Codes
    writer: Codes

    def __len__(self) -> int:
        return len(self.reply)


def passages_in(evidence: Evidence, table: TextTable) -> Passages:
    """Raises CannotRead with the row where a passage stands twice or a word is not known."""
    _refuse_unknown(table, "kind", (REASON, REPLY))
    _refuse_unknown(table, "source_kind", (RATER, JUDGE, SYSTEM))
    key = table["passage"]
    _refuse_again(key, "passage", np.arange(table.rows))
    replies = np.flatnonzero(table["kind"].equals(REPLY) & ~table["response"].equals(""))
    _refuse_again(table["response"].take(replies), "response", replies)
    reply, by_rater = table["kind"].equals(REPLY), table["source_kind"].equals(RATER)
    preference, dropped = _answers(evidence, table, ~reply)
    return Passages(
        key=key,
        reply=reply,
        source_kind=table["source_kind"],
        source=table["source"],
        variant=table["variant"],
        dialogue=table["dialogue"],
        tags=table["tags"],
        pair=joined(table["dialogue"], table["pair"], "/"),
        system=table["system"],
        response=table["response"],
        erased=table.flags("erased"),
        preference=preference,
        dropped=dropped,
        repeated=by_rater & ~reply & ~(table["occasion"].equals("1") | table["occasion"].equals("")),
        rater=np.where(by_rater, table["source"].codes, NOBODY).astype(np.int32),
        writer=np.where(reply, _writers(evidence, table["response"]), NOBODY).astype(np.int32),
    )


def _refuse_again(named: Coded, what: str, rows: NDArray[np.intp]) -> None:
    """Where two of these `rows` of the table name the same."""
    again = repeated(named)
    if again is not None:
        raise CannotRead(
            f"{PASSAGES}, row {int(rows[again]) + 1}: the {what} {named.labels[named.codes[again]]!r} again"
        )


def _refuse_unknown(table: TextTable, column: str, words: tuple[str, ...]) -> None:
    for label in set(table[column].labels) - set(words):
        row = int(np.flatnonzero(table[column].equals(label))[0]) + 1
        raise CannotRead(
            f"{PASSAGES}, row {row}: {column} is {label!r}; it must be {', '.join(words[:-1])} or {words[-1]}"
        )


def _answers(evidence: Evidence, table: TextTable, reasons: Mask) -> tuple[NDArray[np.int8], Mask]:
    """Each reason's preference, and whether the analysis leaves its answer out, on whatever dimension.

    A reason without an answer in the verdicts stays, its preference unknown.
    """
    preference = np.full(table.rows, UNKNOWN, dtype=np.int8)
    dropped = np.zeros(table.rows, dtype=bool)
    verdicts = evidence.verdicts
    if verdicts is None or not len(verdicts) or not table.rows:
        return preference, dropped
    main = (
        verdicts.table["kind"].equals(MAIN) if verdicts.says("kind") else np.ones(len(verdicts), dtype=bool)
    )
    left_out = verdicts.excluded | ~main
    theirs, ours = _keys(verdicts, table, _WRITTEN)
    dropped = reasons & np.isin(ours, theirs[left_out])
    overall = np.flatnonzero(verdicts.dimension.equals(OVERALL) & ~left_out)
    theirs, ours = _keys(verdicts, table, _PREFERRED)
    at = overall[np.argsort(theirs[overall], kind="stable")]
    if len(at):
        place = np.minimum(np.searchsorted(theirs[at], ours), len(at) - 1)
        found = (theirs[at][place] == ours) & (ours >= 0) & reasons & ~dropped
        preference[found] = np.sign(verdicts.value[at[place[found]]])
    return preference, dropped


def _keys(
    verdicts: Verdicts, table: TextTable, phases: Mapping[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One number for each rater's or judge's answer on a pair, in both tables; −1: not in the verdicts.

    `phases` says by which phase of the verdicts a variant of the reasons goes, where it has another name.
    """
    columns: list[tuple[Coded, Coded, Mapping[str, str]]] = [
        (verdicts.source, joined(table["source_kind"], table["source"], " "), {}),
        (verdicts.pair, joined(table["dialogue"], table["pair"], "/"), {}),
    ]
    columns += [
        (verdicts.table[name], table[name], {}) for name in ("order", "occasion") if verdicts.says(name)
    ]
    if verdicts.says("phase"):
        asked = joined(table["source_kind"], table["variant"], " ")
        columns.append((joined(verdicts.source_kind, verdicts.table["phase"], " "), asked, phases))
    theirs = np.zeros(len(verdicts), dtype=np.int64)
    ours = np.zeros(table.rows, dtype=np.int64)
    for known, named, other in columns:
        number = {label: code for code, label in enumerate(known.labels)}
        places = [number.get(other.get(label, label), NOBODY) for label in named.labels]
        place = np.array(places, dtype=np.int64)[named.codes]
        theirs = theirs * len(known.labels) + known.codes
        ours = np.where((ours < 0) | (place < 0), NOBODY, ours * len(known.labels) + place)
    return theirs, ours


def _writers(evidence: Evidence, response: Coded) -> Codes:
    """The number of each reply's writer by responses.csv; −1 where none is known."""
    table = evidence.tables.get("responses.csv")
    if table is None or "writer" not in table or not len(response):
        return np.full(len(response), NOBODY, dtype=np.int32)
    writers = table["writer"]
    number = np.array([NOBODY if not label else code for code, label in enumerate(writers.labels)])
    of = dict(
        zip(table["response"].texts(), number[writers.codes].tolist() if table.rows else [], strict=True)
    )
    return np.array([of.get(label, NOBODY) for label in response.labels], dtype=np.int32)[response.codes]
