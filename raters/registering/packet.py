"""The preregistration packet as a folder: the protocol in words and as bytes, its texts, and every page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from raters.registering import pictures
from raters.registering.walking import walk
from studies.models import Protocol, Study
from studies.protocol import Texts
from studies.selectors import current_protocol

STEPS: Final = "steps"
#: Texts that ethics boards and registries ask for as files of their own.
TEXTS: Final = ("content_note", "consent", "instructions", "debrief")

Tick = Callable[[], None]


class NotFrozen(Exception):
    """There is no protocol yet: what is registered must not change any more."""


def write_packet(*, study: Study, folder: Path, tick: Tick = lambda: None) -> dict[str, Any]:
    """Writes the packet of the newest protocol into an empty folder; what it holds. Raises NotFrozen.

    Pictures are drawn where a browser is installed; the pages are there in any case.
    """
    protocol = current_protocol(study)
    if protocol is None:
        raise NotFrozen("Freeze the study first: what is registered must not change any more.")
    # Here and not above: the site's own processes never load what the analysis is made of.
    from studies.analysis.recording.registering import registered_text

    document = protocol.document()
    (folder / "preregistration.md").write_text(registered_text(document, protocol.sha256), encoding="utf-8")
    (folder / "protocol.json").write_bytes(protocol.canonical.encode())
    _write_texts(document.texts, folder)
    pages, drawn = _write_steps(protocol, folder / STEPS, tick)
    facts = {"protocol": protocol.sha256, "version": protocol.version, "pages": pages, "pictures": drawn}
    (folder / "README.md").write_text(_readme(protocol, pages, drawn), encoding="utf-8")
    return facts


def _write_texts(texts: Texts, folder: Path) -> None:
    for name in TEXTS:
        (folder / f"{name.replace('_', '-')}.txt").write_text(f"{getattr(texts, name)}\n", encoding="utf-8")


def _write_steps(protocol: Protocol, folder: Path, tick: Tick) -> tuple[int, int]:
    """How many pages, and how many pictures of them."""
    folder.mkdir()
    pages = walk(protocol=protocol)
    tick()
    files = pictures.write_pages(pages, folder)
    program = pictures.browser()
    return len(files), pictures.draw(files, program, tick) if program else 0


def _readme(protocol: Protocol, pages: int, drawn: int) -> str:
    widths = " and ".join(map(str, pictures.WIDTHS))
    seen = (
        f"and as pictures, {widths} pixels wide ({drawn})."
        if drawn
        else "and not as pictures: no browser was installed where this was made. Take your own of them."
    )
    return _README.format(
        title=protocol.document().title,
        version=protocol.version,
        sha256=protocol.sha256,
        pages=pages,
        seen=seen,
    )


_README: Final = """# Preregistration packet: {title}

Version {version} of the protocol, SHA-256 `{sha256}`.

| file | what it is |
| --- | --- |
| `preregistration.md` | the plan in the headings of the OSF form; complete what stands in square brackets |
| `protocol.json` | the frozen protocol, byte for byte: `sha256sum protocol.json` gives the number above |
| `content-note.txt`, `consent.txt`, `instructions.txt`, `debrief.txt` | what raters read, word for word |
| `steps/` | every page of a rater's way ({pages}), each in one HTML file, {seen} |

The site itself made the pages, for a rater who existed for a moment only: no row of the study comes from
them. The pairs on them are the study's first ones.
"""
