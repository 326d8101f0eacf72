"""ESConv and its relatives: whole conversations, of which one supporter turn becomes the reply.

Reads the array of ESConv.json and FailedESConv.json, and the line-by-line variant with usr and sys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TextIO

from studies.importing import roles, values
from studies.importing.formats.identity import hash_of
from studies.importing.json_stream import Item, json_array, json_lines
from studies.importing.records import (
    BadRecord,
    DialogueRecord,
    Options,
    Refused,
    ReplyRecord,
    TurnRecord,
)

#: The system name of the original supporter's turn.
SYSTEM: Final = "human"
META_KEYS: Final = (
    *("emotion_type", "problem_type", "situation", "experience_type", "survey_score"),
    *("seeker_question1", "seeker_question2", "supporter_question1", "supporter_question2"),
)


def read(stream: TextIO, options: Options) -> Iterator[DialogueRecord | BadRecord]:
    """One record a conversation, from an array or from lines."""
    items = json_array(stream) if _is_array(stream) else json_lines(stream)
    for item in items:
        if isinstance(item, BadRecord):
            yield item
            continue
        try:
            yield _dialogue(item, options)
        except Refused as refused:
            yield refused.at(item.where)


def _is_array(stream: TextIO) -> bool:
    first = " "
    while first.isspace():
        first = stream.read(1)
    stream.seek(0)
    return first == "["


def _dialogue(item: Item, options: Options) -> DialogueRecord:
    labels, texts = _chat(item.value)
    whole = roles.tell(labels, texts, options)
    at = _cut(whole.turns, options.cut)
    history = whole.turns[:at]
    meta = {key: item.value[key] for key in META_KEYS if item.value.get(key) is not None}
    values.check_tree(meta, "the metadata")
    reply = ReplyRecord(system=SYSTEM, replicate=1, text=whole.turns[at].text, writer="", kind="human")
    return DialogueRecord(
        external_id=hash_of(*_unmerged(whole, texts, history)),
        turns=history,
        tags=(),
        meta=whole.meta(meta),
        replies=(reply,),
        where=item.where,
        aliases=whole.aliases,
        merged=whole.merged,
        dropped=len(whole.turns) - at - 1,
        assumed=whole.assumed,
    )


def _chat(raw: Mapping[str, Any]) -> tuple[list[object], list[str]]:
    chat = raw.get("dialog", raw.get("dialogue"))
    if not isinstance(chat, list) or not chat:
        raise Refused("dialog must be a list of at least one turn")
    labels: list[object] = []
    texts: list[str] = []
    for turn in chat:
        if not isinstance(turn, dict):
            raise Refused(f"a turn must be an object, not {values.kind_of(turn)}")
        labels.append(turn.get("speaker"))
        texts.append(values.text_of(turn.get("content", turn.get("text")), "a turn's content").rstrip())
    return labels, texts


def _cut(turns: Sequence[TurnRecord], wanted: int | None) -> int:
    """The index of the reply: the last, or the N-th, supporter turn right after a seeker turn."""
    found = [
        index
        for index in range(1, len(turns))
        if turns[index].speaker == "supporter" and turns[index - 1].speaker == "seeker"
    ]
    if not found:
        raise Refused("no supporter turn follows a seeker turn", "Leave the conversation out")
    if wanted is None:
        return found[-1]
    if wanted > len(found):
        raise Refused(
            f"--cut {wanted}: fewer supporter turns than that follow a seeker turn",
            "Choose a smaller --cut, or leave the conversation out",
        )
    return found[wanted - 1]


def _unmerged(
    whole: roles.Told, texts: Sequence[str], history: Sequence[TurnRecord]
) -> tuple[Sequence[str], Sequence[str]]:
    """Texts and roles of the history as the file has them, so that merging does not change the id."""
    if not whole.merged:
        return texts[: len(history)], whole.declared[: len(history)]
    changes = 0
    for index in range(1, len(texts)):
        changes += whole.declared[index] != whole.declared[index - 1]
        if changes == len(history):
            return texts[:index], whole.declared[:index]
    return texts, whole.declared
