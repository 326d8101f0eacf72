"""The sheet's questions on evaluators and on how they worked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.heds.answers import Said, chosen, proposal, text
from studies.analysis.heds.record import Record, SaidOf
from studies.protocol import RUBRIC, Exclusion, Journey, ProtocolDocument

#: An amount of money: a currency before or after a number.
_MONEY: Final = re.compile(
    r"(?:[$€£¥₹]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|INR|JPY|SEK|NOK|DKK|PLN))\s?([\d.,]+)"
    r"|([\d.,]+)\s?(?:[$€£¥₹]|(?:EUR|USD|GBP|CHF|CAD|AUD|INR|JPY|SEK|NOK|DKK|PLN|euros?|dollars?|pounds?)\b)",
    re.IGNORECASE,
)
#: How a channel of sessions.csv reads.
_CHANNELS: Final = {
    "prolific": "Prolific",
    "connect": "CloudResearch Connect",
    "mturk": "Mechanical Turk",
    "invited": "personal invitations",
    "open": "an open link",
}
#: Whoever comes from there works wherever they are.
_PLATFORMS: Final = frozenset({"prolific", "connect", "mturk"})
#: How a measure of the protocol's exclusion rules reads.
_MEASURES: Final = {
    "decoys_lost": "lost {count} decoys or more",
    "checks_failed": "failed {count} attention checks or more",
}


def _count(record: Record) -> Said | None:
    votes, sessions = record.evidence.raters, record.evidence.tables.get("sessions.csv")
    if votes is None:
        return None
    analysed = len(np.unique(votes.source))
    if sessions is None:
        return Said("data", (str(analysed),), "Raters whose answers on main pairs are analysed.")
    left_out = int(sessions.flags("excluded").sum()) if "excluded" in sessions else 0
    said = (
        f"{sessions.rows} gave consent (left out: {left_out}); answers of {analysed} on main pairs are "
        "analysed."
    )
    return Said("data", (str(analysed),), said)


def _payment(record: Record) -> Said | None:
    """Paid where the frozen text names an amount of money; what else a text may mean is not guessed."""
    reward = record.protocol.texts.reward if record.protocol else ""
    if not reward:
        return None
    quoted = f"Raters read: “{reward}”"
    amounts = ("".join(found) for found in _MONEY.findall(reward))
    if any(re.search("[1-9]", amount) for amount in amounts):
        return chosen("protocol", "3.2.2.2", 1, comment=quoted)
    return proposal(quoted)


def _channels(record: Record) -> dict[str, int]:
    """How many sessions with consent came from each channel, in the order of _CHANNELS."""
    counts = _counted(record.evidence)
    order = (*_CHANNELS, *sorted(counts.keys() - set(_CHANNELS)))
    return {name: counts[name] for name in order if name in counts}


def _counted(evidence: Evidence) -> Mapping[str, int]:
    """By sessions.csv; a replication bundle does not say it of each, and counts in its manifest."""
    sessions = evidence.tables.get("sessions.csv")
    if sessions is not None and "channel" in sessions:
        return Counter(sessions["channel"].texts())
    told = evidence.manifest.get("channels")
    return told if isinstance(told, dict) else {}


def _recruitment(record: Record) -> Said | None:
    found = _channels(record)
    if not found or "" in found:
        return None
    each = (f"{_CHANNELS.get(name, name)} ({count})" for name, count in found.items())
    return text("data", f"Raters with consent came through {', '.join(each)}.")


def _practice(record: Record) -> Said | None:
    protocol = record.protocol
    if protocol is None:
        return None
    return text("protocol", " ".join(_steps(protocol)))


def _steps(protocol: ProtocolDocument) -> Iterator[str]:
    journey = protocol.journey
    if protocol.texts.instructions:
        yield "Written instructions before the first pair, which every page links to."
    else:
        yield "No written instructions."
    if journey.comprehension:
        yield (
            f"A comprehension check ({_many(len(journey.comprehension), 'question')}, two tries); who does "
            "not pass it rates nothing."
        )
    else:
        yield "No comprehension check."
    if journey.training_pairs:
        yield f"{_many(journey.training_pairs, 'training pair')} first, which are not analysed."
    else:
        yield "No training pairs."


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _characteristics(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    said = ["Raters had to say that they are adults."] if record.protocol.texts.adults_only else []
    asked = [f"“{question.text}”" for question in record.protocol.journey.survey if question.options]
    if asked:
        said.append(f"They were asked: {' '.join(asked)} The answers are in answers.csv.")
    return proposal(" ".join(said)) if said else None


def _preregistered(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    return proposal(f"What was frozen is the protocol with SHA-256 {record.evidence.protocol_sha256}.")


def _medium(record: Record) -> Said | None:
    return text("protocol", "Web pages (heartsite) in a browser.") if record.protocol else None


def _checks(journey: Journey) -> Iterator[str]:
    if journey.comprehension:
        asked = _many(len(journey.comprehension), "question")
        yield f"Comprehension check before rating: {asked}, two tries."
    if journey.decoys_per_rater:
        yield (
            f"{_many(journey.decoys_per_rater, 'decoy')} a rater: pairs in which one reply is plainly broken "
            "and must lose."
        )
    if journey.checks_per_rater:
        yield (
            f"{_many(journey.checks_per_rater, 'attention check')} a rater: a row that says which answer to "
            "choose."
        )


def _excluded(rule: Exclusion) -> str:
    return _MEASURES[rule.measure].format(count=rule.at_least)


def _quality_methods(record: Record) -> Said | None:
    """Only what the protocol froze: checks made by hand are known to the researcher alone."""
    protocol = record.protocol
    if protocol is None:
        return None
    if not any(_checks(protocol.journey)):
        return proposal("The protocol has no checks of its own.")
    excludes = bool(protocol.exclusion_rules or protocol.journey.comprehension)
    said = "As the protocol has them; checks made by hand are not in the record."
    return chosen("protocol", "3.3.3.1", *(2, 4) if excludes else (2,), comment=said)


def _quality_description(record: Record) -> Said | None:
    protocol = record.protocol
    if protocol is None:
        return None
    said = list(_checks(protocol.journey))
    if not said:
        return None
    if protocol.exclusion_rules:
        rules = ", or ".join(map(_excluded, protocol.exclusion_rules))
        said.append(f"Left out of the analysis are all answers of raters who {rules}.")
    return text("protocol", " ".join(said))


def _shown(record: Record) -> Said | None:
    protocol = record.protocol
    if protocol is None:
        return None
    percent = protocol.journey.reason_percent
    where = "" if percent == 100 else f" on {percent} % of the pairs"
    reason = {"required": f" They write a reason{where}.", "optional": f" They may write a reason{where}."}
    second = (
        " In a second pass they see their own pairs again with the rubric's other rows."
        if RUBRIC in protocol.phases
        else ""
    )
    return text(
        "protocol",
        "The turns of the dialogue, each marked as the seeker's or the supporter's; below them two "
        f"replies, A and B, on drawn sides, in the typography of profile {protocol.design.shown_profile}; "
        f"the question of each row asked, with {protocol.scale} answers."
        f"{reason.get(protocol.design.reason, '')}{second} Never shown: which system or person wrote a "
        "reply, a row's name, and what others answered.",
    )


def _freedom(record: Record) -> Said | None:
    if record.protocol is None:
        return None
    minutes, sitting = record.protocol.design.session_minutes, record.protocol.journey.sitting_minutes
    rest = f" After {sitting} minutes at a stretch they are asked to rest." if sitting else ""
    said = (
        f"{minutes} minutes from consent on; pairs that are open then are given to somebody else. Raters "
        f"choose when they begin, and may interrupt.{rest}"
    )
    return chosen("protocol", "3.3.5", 3, comment=said)


def _questions(record: Record) -> Said | None:
    protocol = record.protocol
    if protocol is None:
        return None
    told = [2] if protocol.texts.contact_email else []
    remarks = [question.text for question in protocol.journey.survey if not question.options]
    said = "Every page has a link to write to the researchers."
    said += " The consent page names an address for questions." if told else ""
    said += f" Asked after rating: {' '.join(f'“{one}”' for one in remarks)}" if remarks else ""
    return chosen("protocol", "3.3.6", 1, *told, *([3] if remarks else []), comment=said)


def _conditions(record: Record) -> Said | None:
    found = set(_channels(record))
    if not found:
        return None
    if found <= _PLATFORMS:
        return chosen("data", "3.3.7", 1)
    return proposal("Raters answered in a browser; those of an open link or an invitation may be anywhere.")


def _variation(record: Record) -> Said | None:
    said = _conditions(record)
    if said is None or not said.values:
        return None
    return text("data", "Place, device, browser and hour were the raters' own.")


RATERS: Final[dict[str, SaidOf]] = {
    "3.2.1": _count,
    "3.2.2.2": _payment,
    "3.2.3": _recruitment,
    "3.2.4": _practice,
    "3.2.5": _characteristics,
    "3.3.1": _preregistered,
    "3.3.2": _medium,
    "3.3.3.1": _quality_methods,
    "3.3.3.2": _quality_description,
    "3.3.4.2": _shown,
    "3.3.5": _freedom,
    "3.3.6": _questions,
    "3.3.7": _conditions,
    "3.3.8": _variation,
}
