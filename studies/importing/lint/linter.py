"""All checks over a stream of records, in one pass and with little memory."""

from __future__ import annotations

from collections import Counter
from statistics import median_high, median_low
from typing import Final

from studies.importing.lint import likeness, shape, voice
from studies.importing.lint.coverage import Coverage
from studies.importing.lint.kinds import Kind
from studies.importing.lint.likeness import Said
from studies.importing.lint.tally import Findings, Names
from studies.importing.records import DialogueRecord, ReplyRecord

#: A system's share of a formatting feature stands out from this difference to the others' median on.
STANDS_OUT: Final = 0.2
#: Shares of fewer replies say little.
FEWEST: Final = 10
FEATURES: Final = ("markdown", "emoji", "em dash")
_QUOTES: Final = str.maketrans({"\u2018": "'", "\u2019": "'"})
_MARKS: Final = ".,;:!?'\"()[]{}<>*_#`~/\\|-\u2013\u2014\u2026\u201c\u201d\u00ab\u00bb"
_PUNCTUATION: Final = str.maketrans(dict.fromkeys(_MARKS, " "))


class Linter:
    """Feed it every record with `add`, then call `finish` once."""

    def __init__(self, max_words: int | None) -> None:
        self.max_words = max_words
        self.names = Names()
        self.findings = Findings(self.names)
        self.coverage = Coverage(self.names)
        self._repeats = likeness.Repeats()
        self._features: dict[str, Counter[str]] = {feature: Counter() for feature in FEATURES}

    def add(self, record: DialogueRecord) -> None:
        """Checks one dialogue. Its external id must be new."""
        number = self.names.dialogue(record.external_id)
        contradicted = self.coverage.add(record)
        if contradicted:
            self.findings.about(
                Kind.CONTRADICTORY_KIND,
                f"called human and llm (seen at {record.where})",
                record.external_id,
                contradicted,
            )
        texts = [text.strip() for _, text in record.turns]
        self._check_turns(record, texts)
        self._check_replies(record, number, texts)

    def finish(self) -> None:
        """The checks that need the whole file."""
        self._repeats.report(self.findings)
        self.coverage.report(self.findings)
        self._report_formatting()

    def _check_turns(self, record: DialogueRecord, texts: list[str]) -> None:
        about, dialogue = self.findings.about, record.external_id
        if record.turns[-1].speaker == "supporter":
            about(Kind.ENDS_ON_SUPPORTER, "the last turn is the supporter's", dialogue)
        if "" in texts:
            about(Kind.BLANK_TURN, "a blank turn", dialogue)
        control = shape.control_character("".join(texts))
        if control:
            about(Kind.CONTROL_CHARACTERS, f"{control} in a turn", dialogue)

    def _check_replies(self, record: DialogueRecord, number: int, turns: list[str]) -> None:
        heard = [self._heard(number, reply) for reply in record.replies]
        for said in heard:
            if shape.is_placeholder(said.text):
                message = "stands for a missing reply"
                self.findings.about_reply(Kind.PLACEHOLDER, said.key, message, repr(said.reply.text))
                continue
            human = said.reply.kind == "human"
            self._repeats.add(said.text, len(said.words), said.key, human=human)
            self._check_text(said)
            if said.text in turns:
                message = f"repeats a turn of the {record.turns[turns.index(said.text)].speaker}"
                self.findings.about_reply(Kind.REPEATS_A_TURN, said.key, message, said.text)
        if len(heard) > 1:
            likeness.report_near(self.findings, heard)

    def _heard(self, number: int, reply: ReplyRecord) -> Said:
        text = reply.text.strip()
        low = text.lower()
        if not low.isascii():
            low = low.translate(_QUOTES)
        words = low.translate(_PUNCTUATION).split()
        key = self.names.key(number, reply.system, reply.replicate)
        return Said(key, reply, text, low, words, frozenset(words))

    def _check_text(self, said: Said) -> None:
        found, text = self.findings.about_reply, said.text
        if self.max_words is not None and (length := len(text.split())) > self.max_words:
            found(Kind.OVER_LENGTH, said.key, f"{length} words, cap {self.max_words}", text)
        seeker = voice.seeker_voice(said.low, said.bag)
        if seeker:
            found(Kind.SEEKER_VOICE, said.key, f"“{seeker}”", text)
        machine = voice.self_identification(said.low, said.bag)
        if machine:
            found(Kind.SELF_IDENTIFICATION, said.key, f"“{machine}”", text)
        control = shape.control_character(text)
        if control:
            found(Kind.CONTROL_CHARACTERS, said.key, f"{control} in the reply", text)
        for feature in shape.formatting(text):
            self._features[feature][said.reply.system] += 1

    def _report_formatting(self) -> None:
        counted = ((system, self.coverage.replies(system)) for system in self.coverage.kinds)
        totals = {system: count for system, count in counted if count >= FEWEST}
        if len(totals) < 2:
            return
        for feature, counts in self._features.items():
            shares = {system: counts[system] / total for system, total in totals.items()}
            for system, share in shares.items():
                rest = [other for name, other in shares.items() if name != system]
                # Of an even number, the middle one that is nearer.
                middle = median_low(rest), median_high(rest)
                others = middle[0] if abs(middle[0] - share) < abs(middle[1] - share) else middle[1]
                if abs(share - others) >= STANDS_OUT:
                    self.findings.about(
                        Kind.FORMATTING_ASYMMETRY,
                        f"{feature} in {share:.0%} of its replies, the others' median is {others:.0%}",
                        system=system,
                    )
