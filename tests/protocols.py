"""Protocols without a database: a small one, and others as earlier versions wrote them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studies.protocol import Answer, Asked, Design, Material, ProtocolDocument, Texts


def in_schema_1(raw: dict[str, Any]) -> dict[str, Any]:
    """A protocol's JSON without whatever the first schema did not hold."""
    design = {name: value for name, value in raw["design"].items() if name not in DESIGN_SINCE}
    texts = {name: value for name, value in raw["texts"].items() if name not in TEXTS_SINCE}
    return {
        name: value
        for name, value in {**raw, "design": design, "texts": texts, "schema": 1}.items()
        if name != "journey"
    }


DESIGN_SINCE = ("shown_profile", "max_words", "max_sentences")
TEXTS_SINCE = ("language", "who_reads", "words_may_leave")


def a_protocol(**changes: Any) -> ProtocolDocument:
    """A protocol without any database: three rows of a rubric, five answers, no contrasts."""
    texts: dict[str, Any] = dict.fromkeys(Texts.__slots__, "")
    return replace(
        ProtocolDocument(
            study="a-study",
            title="A study",
            version=1,
            texts=Texts(**{**texts, "adults_only": True, "language": "en-gb", "words_may_leave": False}),
            rubric=tuple(Asked(key, key, f"{key}?", "less", "more") for key in RUBRIC_KEYS),
            answers=tuple(Answer(value, str(value)) for value in range(-2, 3)),
            design=Design(1, 3, 20, 1, "fixed", "required", 90, "none", None, None),
            material=Material(dialogues=2, responses=4, pairs=2, sha256="0" * 64),
        ),
        **changes,
    )


RUBRIC_KEYS = ("overall", "resonance", "attunement")
