"""The two released shapes of the HEART benchmark.

Dialogue lists: `dialogue_history`, `prev_speakers` (or null), `vanilla_completion` (the original
supporter's turn, by a human). Merged wide file: one more key per system; `human_completion_1..5` are
replicates of one human system. The released files carry no ids, so the id is a hash of the turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TextIO

from studies.importing import roles, values
from studies.importing.formats.identity import hash_of
from studies.importing.json_stream import Item, json_array
from studies.importing.records import BadRecord, DialogueRecord, Kind, Options, Refused, ReplyRecord

#: Writers and models were asked for at most this many words.
WORD_CAP: Final = 40
#: Keys that are not systems; they are kept in the dialogue's meta.
META_KEYS: Final = frozenset(
    {
        *("emotion_type", "problem_type", "situation", "turn", "source", "rating_user"),
        *("chosen_likert", "comparison_ids", "experience_type", "survey_score", "strategy"),
        *("reason", "timestamp", "final_turn", "id", "index", "idx", "row_index"),
    }
)
TURN_KEYS: Final = frozenset({"dialogue_history", "prev_speakers"})
HUMAN_NAMES: Final = frozenset({"human_completion", "vanilla_completion", "vanilla"})
_ID_LIKE: Final = re.compile(r".*_ids?$")
_NUMBERED_HUMAN: Final = re.compile(r"(human_completion)_([0-9]{1,3})")
ADVERSARIAL: Final = "adversarial"
REGULAR: Final = "regular"


def read(stream: TextIO, options: Options) -> Iterator[DialogueRecord | BadRecord]:
    """One record for each item of the array."""
    for item in json_array(stream):
        if isinstance(item, BadRecord):
            yield item
            continue
        try:
            yield _dialogue(item, options)
        except Refused as refused:
            yield refused.at(item.where)


def is_meta(key: str) -> bool:
    """Whether a key of the wide file is metadata rather than a system."""
    return key in META_KEYS or _ID_LIKE.fullmatch(key) is not None


def _dialogue(item: Item, options: Options) -> DialogueRecord:
    raw = item.value
    texts = _texts(raw)
    told = roles.tell(_labels(raw, len(texts)), texts, options)
    meta = {key: value for key, value in raw.items() if is_meta(key) and value is not None}
    values.check_tree(meta, "the metadata")
    return DialogueRecord(
        external_id=hash_of(texts, told.declared),
        turns=told.turns,
        tags=(_subset(raw),),
        meta=told.meta(meta),
        replies=values.distinct(list(_replies(raw))),
        where=item.where,
        aliases=told.aliases,
        merged=told.merged,
        assumed=told.assumed,
    )


def _texts(raw: Mapping[str, Any]) -> list[str]:
    history = raw.get("dialogue_history")
    if not isinstance(history, list) or not history:
        raise Refused("dialogue_history must be a list of at least one text")
    return [values.text_of(text, "a turn of dialogue_history") for text in history]


def _labels(raw: Mapping[str, Any], turns: int) -> list[object]:
    speakers = raw.get("prev_speakers")
    if speakers is None:
        return [None] * turns
    if not isinstance(speakers, list):
        raise Refused(f"prev_speakers must be a list or null, not {values.kind_of(speakers)}")
    if len(speakers) != turns:
        raise Refused(f"prev_speakers names {len(speakers)} speakers for {turns} turns")
    return speakers


def _subset(raw: Mapping[str, Any]) -> str:
    """The released subset: by `source` where there is one, else by the shape of the adversarial list.

    That list has no `source`; its items, and no others, give speakers, situation and original reply as
    null. Nothing is concluded from keys that are merely absent.
    """
    source = raw.get("source")
    if isinstance(source, str):
        return ADVERSARIAL if source.startswith(ADVERSARIAL) else REGULAR
    nulls = all(
        key in raw and raw[key] is None for key in ("prev_speakers", "situation", "vanilla_completion")
    )
    return ADVERSARIAL if nulls else REGULAR


def _replies(raw: Mapping[str, Any]) -> Iterator[ReplyRecord]:
    for key, value in raw.items():
        if key in TURN_KEYS or is_meta(key) or value is None:
            continue
        if not isinstance(value, str):
            raise Refused(
                f"the unknown key {key[:60]!r} holds {values.kind_of(value)}, which is no reply",
                "Remove the key, or name it as metadata (…_id)",
            )
        system, replicate = _cell(values.name_of(key, "a system's key"))
        kind: Kind = "human" if system in HUMAN_NAMES else "llm"
        text = values.text_of(value, f"the reply of {key}")
        yield ReplyRecord(system=system, replicate=replicate, text=text, writer="", kind=kind)


def _cell(key: str) -> tuple[str, int]:
    """System and replicate behind a key: the key itself, except for numbered humans."""
    numbered = _NUMBERED_HUMAN.fullmatch(key)
    if numbered is None:
        return key, 1
    return numbered[1], values.replicate_of(int(numbered[2]))
