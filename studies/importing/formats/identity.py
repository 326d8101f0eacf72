"""The id of a dialogue whose data set gives it none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence


def hash_of(texts: Sequence[str], declared: Sequence[str]) -> str:
    """16 hexadecimal digits of the SHA-256 over the turns.

    `declared` are the roles that the file itself gives ("" where it gives none), before any merging, so
    that the id does not depend on the choices of an import and one dialogue has one id in every file.
    """
    turns = [[speaker, text] for speaker, text in zip(declared, texts, strict=True)]
    packed = json.dumps(turns, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()[:16]
