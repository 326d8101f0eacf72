"""Our own format: one dialogue a line, speakers explicit, any number of replies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TextIO

from studies.importing import roles, values
from studies.importing.json_stream import Item, json_lines
from studies.importing.records import BadRecord, DialogueRecord, Options, Refused, ReplyRecord

DIALOGUE_KEYS: Final = dict.fromkeys(("id", "tags", "turns", "replies", "meta"))
TURN_KEYS: Final = dict.fromkeys(("speaker", "text"))
REPLY_KEYS: Final = dict.fromkeys(("system", "text", "replicate", "writer", "kind"))


def read(stream: TextIO, options: Options) -> Iterator[DialogueRecord | BadRecord]:
    """One record a line; broken lines become BadRecord."""
    for item in json_lines(stream):
        if isinstance(item, BadRecord):
            yield item
            continue
        try:
            yield _dialogue(item, options)
        except Refused as refused:
            yield refused.at(item.where)


def _dialogue(item: Item, options: Options) -> DialogueRecord:
    raw = item.value
    values.known_keys(raw, DIALOGUE_KEYS, "the dialogue")
    external_id = values.id_of(raw.get("id"))
    told = _turns(raw.get("turns"), options)
    meta = raw.get("meta", {})
    if not isinstance(meta, dict):
        raise Refused(f"meta must be an object, not {values.kind_of(meta)}")
    values.check_tree(meta, "meta")
    return DialogueRecord(
        external_id=external_id,
        turns=told.turns,
        tags=values.tags_of(raw["tags"]) if "tags" in raw else (),
        meta=told.meta(meta),
        replies=_replies(raw.get("replies", [])),
        where=item.where,
        aliases=told.aliases,
        merged=told.merged,
        assumed=told.assumed,
    )


def _turns(raw: object, options: Options) -> roles.Told:
    if not isinstance(raw, list) or not raw:
        raise Refused("turns must be a list of at least one turn")
    try:
        labels = [turn.get("speaker") for turn in raw]
        texts = [turn.get("text") for turn in raw]
    except AttributeError:
        raise Refused("every turn must be an object with speaker and text") from None
    values.check_texts(texts, "a turn's text")
    if None in labels or max(map(len, raw)) > len(TURN_KEYS):
        for turn in raw:
            values.known_keys(turn, TURN_KEYS, "a turn")
    return roles.tell(labels, texts, options)


def _replies(raw: object) -> tuple[ReplyRecord, ...]:
    if not isinstance(raw, list):
        raise Refused(f"replies must be a list, not {values.kind_of(raw)}")
    return values.distinct([_reply(reply) for reply in raw])


def _reply(raw: Any) -> ReplyRecord:
    if not isinstance(raw, dict):
        raise Refused(f"a reply must be an object, not {values.kind_of(raw)}")
    values.known_keys(raw, REPLY_KEYS, "a reply")
    system = values.name_of(raw.get("system"), "a reply's system")
    text = values.text_of(raw.get("text"), "a reply's text")
    if len(raw) == 2:
        return ReplyRecord(system, 1, text, "", "llm")
    writer = raw.get("writer") or ""
    if writer:
        writer = values.name_of(writer, "a reply's writer")
    replicate = values.replicate_of(raw.get("replicate", 1))
    return ReplyRecord(system, replicate, text, writer, values.kind_from(raw.get("kind"), writer))
