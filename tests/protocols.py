"""Protocols as earlier versions wrote them."""

from __future__ import annotations

from typing import Any


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
TEXTS_SINCE = ("language", "who_reads")
