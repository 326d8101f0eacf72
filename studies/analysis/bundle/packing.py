"""Checksums of a folder, and the folder as one zip file with the same bytes every time."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Final

CHECKSUMS: Final = "SHA256SUMS"
#: The first moment that a zip file can hold: no file tells when it was made.
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


def files_in(folder: Path) -> list[str]:
    """Every file below, by its path from the folder, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write_checksums(folder: Path) -> None:
    """As `sha256sum -c` reads them; of every file but the list itself."""
    lines = [f"{_digest(folder / name)}  {name}\n" for name in files_in(folder) if name != CHECKSUMS]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def pack(folder: Path, packed: Path, name: str) -> None:
    """Every file below the folder, under one folder of this name."""
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in files_in(folder):
            entry = zipfile.ZipInfo(f"{name}/{path}", _LONG_AGO)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _READABLE, 3
            archive.writestr(entry, (folder / path).read_bytes())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
