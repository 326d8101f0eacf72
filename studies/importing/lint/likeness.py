"""Replies that are the same, or nearly the same, as another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final, NamedTuple

from studies.importing.lint.kinds import Kind
from studies.importing.lint.tally import Findings, Names, excerpt
from studies.importing.records import ReplyRecord

#: A shared text of fewer words may be chance ("I see."), so it does not make a human cell an error.
TELLING_WORDS: Final = 4
#: Share of words in common, in order, from which two replies count as nearly identical.
NEAR: Final = 0.9
_LOOSE: Final = 0.6
#: Replies to one dialogue that are compared with each other, and words in which order is looked at:
#: both far above real material, and bounds to the work that a hostile file can ask for.
MOST_REPLIES: Final = 300
MOST_WORDS: Final = 400


@dataclass(slots=True)
class _Repeat:
    """The replies that share one text."""

    keys: list[int]
    human: list[bool]
    excerpt: str
    words: int = 0


@dataclass(slots=True)
class Repeats:
    """Texts seen so far, by hash; only those seen twice are kept at length."""

    first: dict[int, int] = field(default_factory=dict)
    more: dict[int, _Repeat] = field(default_factory=dict)

    def add(self, text: str, words: int, key: int, *, human: bool) -> None:
        """`key` as of `Names.key`. White space at the ends does not count."""
        digest = hash(text)
        known = self.first.setdefault(digest, key << 1 | human)
        if known == key << 1 | human:
            return
        repeat = self.more.get(digest)
        if repeat is None:
            repeat = _Repeat([known >> 1], [bool(known & 1)], excerpt(text), words)
            self.more[digest] = repeat
        repeat.keys.append(key)
        repeat.human.append(human)

    def report(self, findings: Findings) -> None:
        """Flags every reply that shares its text with another."""
        for repeat in self.more.values():
            cells = list(zip(repeat.keys, repeat.human, strict=True))
            models = [key for key, human in cells if not human]
            telling = repeat.words >= TELLING_WORDS
            if models and telling:
                beside = {Names.dialogue_of(key): key for key in reversed(models)}
                for key in (key for key, human in cells if human):
                    model = beside.get(Names.dialogue_of(key), models[0])
                    _equals_model(findings, key, model, repeat.excerpt)
                cells = [(key, False) for key in models]
            _identical(findings, [key for key, _ in cells], repeat.excerpt)


def _equals_model(findings: Findings, key: int, model: int, text: str) -> None:
    dialogue, system, _ = findings.names.place(model)
    own = Names.dialogue_of(key) == Names.dialogue_of(model)
    place = "" if own else f" to dialogue {dialogue}"
    findings.about_reply(Kind.HUMAN_EQUALS_MODEL, key, f"equals the reply of {system}{place}", text)


def _identical(findings: Findings, keys: Sequence[int], text: str) -> None:
    by_dialogue: dict[int, list[int]] = {}
    for key in keys:
        by_dialogue.setdefault(Names.dialogue_of(key), []).append(key)
    for dialogue, mine in by_dialogue.items():
        if len(mine) > 1:
            for key in mine:
                partner = mine[1] if key == mine[0] else mine[0]
                message = f"equals {_cell(findings.names, partner)}"
                findings.about_reply(Kind.IDENTICAL_ACROSS_SYSTEMS, key, message, text)
        if len(by_dialogue) > 1:
            elsewhere = next(keys[0] for other, keys in by_dialogue.items() if other != dialogue)
            external_id = findings.names.place(elsewhere)[0]
            message = f"equals {_cell(findings.names, elsewhere)} to dialogue {external_id}"
            for key in mine:
                findings.about_reply(Kind.IDENTICAL_ACROSS_DIALOGUES, key, message, text)


def _cell(names: Names, key: int) -> str:
    _, system, replicate = names.place(key)
    return f"{system} no. {replicate}" if replicate > 1 else system


class Said(NamedTuple):
    """One reply as it is compared: `text` trimmed, `low` in lower case, `words` without punctuation."""

    key: int
    reply: ReplyRecord
    text: str
    low: str
    words: list[str]
    bag: frozenset[str]


def are_near(one: Said, two: Said) -> bool:
    """Whether two replies are nearly, but not exactly, the same."""
    shared = len(one.bag & two.bag)
    if shared < TELLING_WORDS or shared < _LOOSE * max(len(one.bag), len(two.bag)):
        return False
    if one.words == two.words:
        return False
    matcher = SequenceMatcher(None, one.words[:MOST_WORDS], two.words[:MOST_WORDS], autojunk=False)
    return matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def report_near(findings: Findings, heard: Sequence[Said]) -> None:
    """Flags nearly identical replies of one dialogue: the human one beside a model's, else both."""
    flagged: set[int] = set()
    for pair in combinations(heard[:MOST_REPLIES], 2):
        if not are_near(*pair):
            continue
        mixed = pair[0].reply.kind != pair[1].reply.kind
        for said, other in (pair, pair[::-1]):
            if said.key in flagged or (mixed and said.reply.kind != "human"):
                continue
            flagged.add(said.key)
            message = f"differs little from {_cell(findings.names, other.key)}"
            findings.about_reply(Kind.NEAR_IDENTICAL, said.key, message, said.text)
