"""What differs between two frozen protocols, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from studies.analysis.deviations.analysing import hashes
from studies.analysis.deviations.check import Check
from studies.analysis.evidence import Evidence
from studies.protocol import ProtocolDocument

#: Fields by which a row of a list is known, the first that it has.
_NAMED: Final = ("key", "name", "tag", "measure", "value")
#: Differ by themselves from one version to the next.
_OF_THEMSELVES: Final = frozenset({"version", "schema"})
_NOTHING: Final = "nothing"
#: Longer texts are told by their beginning.
_LONGEST: Final = 80


def versions(evidence: Evidence, protocol: ProtocolDocument) -> Iterator[Check]:
    """One check for the number of protocols, and one for each field in which another one differs."""
    others = evidence.earlier
    used = [name for name in hashes(evidence) if name]
    told = f"version {protocol.version}, SHA-256 {evidence.protocol_sha256[:12]}…"
    names = ", ".join(f"version {document.version} ({sha256[:12]}…)" for document, sha256 in others)
    found = f"others in the export: {names}" if others else "no other protocol in the export"
    if len(used) > 1:
        found += f"; answers name {len(used)} protocols"
    yield Check("Versions of the protocol", told, found, bool(others) or len(used) > 1)
    for document, sha256 in others:
        label = f"version {document.version}, {sha256[:12]}…"
        for path, here, there in differences(protocol, document):
            yield Check(f"Protocol field {path}", here, f"{there} ({label})", True)


def differences(one: ProtocolDocument, other: ProtocolDocument) -> Iterator[tuple[str, str, str]]:
    """Fields in which two protocols differ, as (path, in the first, in the second); by path.

    Rows of lists are compared by their key, name, tag, measure or value, and not by their place; that rows
    stand in another order is told as a change of its own.
    """
    here, there = dict(_flat(asdict(one), "")), dict(_flat(asdict(other), ""))
    for path in sorted(here.keys() | there.keys()):
        if path not in _OF_THEMSELVES and here.get(path) != there.get(path):
            yield path, *_apart(here.get(path, _NOTHING), there.get(path, _NOTHING))


def _flat(found: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(found, dict):
        for name, inner in found.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(found, (list, tuple)) and found and all(isinstance(row, dict) for row in found):
        names = [_name(row, place) for place, row in enumerate(found)]
        yield f"{path} (order)", ", ".join(names)
        for name, row in zip(names, found, strict=True):
            yield from _flat(row, f"{path}[{name}]")
    else:
        yield path, _plain(found)


def _name(row: dict[str, Any], place: int) -> str:
    return next((str(row[field]) for field in _NAMED if field in row), str(place + 1))


def _plain(found: Any) -> str:
    if isinstance(found, str):
        return " ".join(found.split()) or "empty"
    if found is None or isinstance(found, bool):
        return {None: "none", True: "yes", False: "no"}[found]
    return json.dumps(found, ensure_ascii=False)


def _apart(here: str, there: str) -> tuple[str, str]:
    """Both, shortened around the first place at which they differ."""
    if max(len(here), len(there)) <= _LONGEST:
        return here, there
    same = next(
        (at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there))
    )
    start = max(same - _LONGEST // 4, 0)
    return _cut(here, start), _cut(there, start)


def _cut(text: str, start: int) -> str:
    before = "…" if start else ""
    return f"{before}{text[start : start + _LONGEST]}{'…' if len(text) > start + _LONGEST else ''}"
