"""Sections 1, 2 and 5 of the sheet, and its questions on the sample: what was compared."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.heds.answers import Said, chosen, proposal, text
from studies.analysis.heds.record import Record, SaidOf
from studies.analysis.reading import Codes
from studies.analysis.verdicts import Verdicts
from studies.analysis.votes import Votes


def _experiment(record: Record) -> Said | None:
    protocol = record.protocol
    if protocol is None:
        return None
    return text(
        "protocol",
        f"{protocol.title} (study {protocol.study}, protocol version {protocol.version}, SHA-256 "
        f"{record.evidence.protocol_sha256})",
    )


def _inputs(record: Record) -> Said | None:
    said = "Each system, people included, answers the turns of a dialogue between a seeker and a supporter."
    return chosen("protocol", "2.1", 8, comment=said) if record.protocol else None


def _outputs(record: Record) -> Said | None:
    """HEDS: a single turn is no dialogue, but counts by its own type of text."""
    if record.protocol is None:
        return None
    design = record.protocol.design
    limits = [
        f"at most {limit} {unit}"
        for limit, unit in ((design.max_words, "words"), (design.max_sentences, "sentences"))
        if limit is not None
    ]
    said = f"The supporter's next reply, a single turn{'; ' if limits else ''}{', '.join(limits)}."
    return chosen("protocol", "2.2", 5 if design.max_sentences == 1 else 6, comment=said)


def _what_systems_do(record: Record) -> Said | None:
    return chosen("protocol", "2.3", 10) if record.protocol else None


def _languages(record: Record) -> Said | None:
    if record.protocol is None or not record.protocol.texts.language:
        return None
    return proposal(f"The raters' pages are in {record.protocol.texts.language}.")


def _per_system(record: Record) -> Said | None:
    """Replies of each system in raters' analysed answers on main pairs, and the pairs they stood in."""
    verdicts, votes = record.evidence.verdicts, record.evidence.raters
    if verdicts is None or votes is None:
        return None
    each = [
        f"{verdicts.systems[system]}: {_counted(replies, 'reply', 'replies')} in "
        f"{_counted(pairs, 'pair', 'pairs')}"
        for system, replies, pairs in _counts(verdicts, votes)
    ]
    return text("data", "; ".join(each))


def _counts(verdicts: Verdicts, votes: Votes) -> list[tuple[int, int, int]]:
    system = np.concatenate([votes.a, votes.b])
    reply, pair = _replies(verdicts, votes), np.tile(votes.pair, 2)
    return [
        (int(one), len(np.unique(reply[system == one])), len(np.unique(pair[system == one])))
        for one in np.unique(system)
    ]


def _replies(verdicts: Verdicts, votes: Votes) -> NDArray[np.int64] | Codes:
    """A number for each reply within its system, those of `a` first; one a dialogue where none has a name."""
    if not (verdicts.says("response_first") and verdicts.says("response_second")):
        return np.tile(votes.dialogue, 2)
    first, second = (verdicts.table[f"response_{side}"].take(votes.row) for side in ("first", "second"))
    place = {label: number for number, label in enumerate(dict.fromkeys(first.labels + second.labels))}
    shown = [np.array([place[label] for label in side.labels])[side.codes] for side in (first, second)]
    of_a, of_b = (np.where(votes.a_first, *turned) for turned in (shown, shown[::-1]))
    return np.concatenate([of_a, of_b])


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _selection(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    material = record.protocol.material
    return proposal(
        f"Frozen were {material.dialogues} dialogues, {material.responses} replies and {material.pairs} "
        "pairs."
    )


def _resources(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    return proposal("The study's export and this report hold protocol, data and analysis.")


def _personal_data(record: Record) -> Said | None:
    """Whoever has a row in sessions.csv is a person known by a pseudonym: GDPR, Art. 4 (1) and (5)."""
    sessions = record.evidence.tables.get("sessions.csv")
    if sessions is None or not sessions.rows:
        return None
    said = f"Answers of {sessions.rows} raters under pseudonyms, with times of work."
    if record.protocol is not None and record.protocol.texts.retention:
        said += f" Raters read of what is kept: “{record.protocol.texts.retention}”"
    return chosen("data", "5.2", 2, comment=said)


def _special_category(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    reason = " Raters' written reasons may, too." if record.protocol.design.reason != "none" else ""
    return proposal(f"Dialogues of emotional support may tell of somebody's health.{reason}")


def _committee(record: Record) -> Said | None:
    if record.protocol is None or not record.protocol.texts.responsible:
        return None
    return proposal(f"Raters read that responsible is: “{record.protocol.texts.responsible}”")


MATERIAL: Final[dict[str, SaidOf]] = {
    "1.1.2": _experiment,
    "1.2": _resources,
    "2.1": _inputs,
    "2.2": _outputs,
    "2.3": _what_systems_do,
    "2.4": _languages,
    "2.5": _languages,
    "3.1.1": _per_system,
    "3.1.2": _selection,
    "5.1": _committee,
    "5.2": _personal_data,
    "5.3": _special_category,
}
