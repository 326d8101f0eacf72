"""What the scripted provider answers where it is asked to code a text: codes by words of the text alone.

It is for tests and first steps, as all that is scripted: word lists, and no understanding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

MARK: Final = "[scripted]"
#: Beginnings of words by code; a code that is not listed goes by the words of its own key.
STEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "human_alignment": ("human", "natural", "genuine", "robot", "warm"),
    "empathic_responsiveness": ("empath", "feeling", "compassion", "caring", "care"),
    "attunement": ("attun", "detail", "specific", "listen", "picks up"),
    "resonance": ("resonat", "moving", "touch", "deep"),
    "task_following": ("instruct", "topic", "answers the", "relevan", "length", "short"),
    "affirmation": ("proud", "strong", "brave", "courage", "well done"),
    "avoid_judgment": ("judg", "blame", "no shame"),
    "clarification": ("do you mean", "could you tell", "tell me more", "clarif"),
    "collaborative_planning": ("together", "plan", "let's", "let us"),
    "emotional_validation": ("makes sense", "understandable", "valid", "hear how", "sounds"),
    "normalize": ("normal", "many people", "not alone", "common"),
    "offer_hope": ("hope", "get better", "will pass"),
    "self_care": ("rest", "sleep", "self-care", "kind to yourself"),
    "different_perspectives": ("perspective", "another way", "point of view"),
    "reflective_statements": ("you feel", "you are saying", "reflect", "it seems"),
    "reframe": ("refram", "instead of", "see it as"),
    "share_information": ("research", "information", "studies show"),
    "stress_management": ("breath", "relax", "stress"),
    "suggest_options": ("could try", "suggest", "option", "advice", "maybe you"),
    "chit_chat": ("hello", "by the way", "weather"),
    "boundary_setting": ("boundar", "limit", "cannot help"),
    "tension_naming": ("tension", "part of you", "torn", "on the one hand"),
    "adaptive_reframing": ("not a failure", "new light", "turn it"),
    "tone_shift": ("tone", "gentl", "lighter", "slow down"),
}
_TEXT: Final = re.compile(r"<<([0-9a-f]{12}) text>>\n(.*)\n<<\1 end of the text>>", re.DOTALL)


def codes_answer(user: str, schema: Mapping[str, Any]) -> str | None:
    """The answer to a request for codes as JSON; None where the schema asks for something else."""
    properties = schema.get("properties", {})
    found = _TEXT.search(user)
    if list(properties) != ["note", "codes"] or found is None:
        return None
    text = found[2].lower()
    codes = {key: _applies(key, text) for key in properties["codes"]["properties"]}
    note = f"{MARK} words of {sum(codes.values())} codes were found."
    told = {"note": note[: properties["note"].get("maxLength", len(note))], "codes": codes}
    return json.dumps(told, ensure_ascii=False)


def _applies(key: str, text: str) -> bool:
    stems = STEMS.get(key) or tuple(word for word in key.split("_") if len(word) > 3)
    return any(re.search(rf"\b{re.escape(stem)}", text) for stem in stems)
