"""An export into a folder of somebody's own: whole or not at all, and never over other people's files."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from raters.export.bundle import MADE_BY, MANIFEST, write_bundle
from studies.models import Study


class NotAnExport(Exception):
    """The folder holds something else than an earlier export, or is none."""


def export_to(*, study: Study, folder: Path, now: datetime, force: bool = False) -> dict[str, Any]:
    """Writes a study's export into `folder` and returns its manifest.

    A new folder appears at once and complete. In an existing one the files of the earlier export are
    replaced: its manifest goes first and the new one comes last, so a folder with a manifest is complete.
    Files that no export wrote are never touched; with `force` they may be there, else NotAnExport.
    """
    earlier = _files_of_earlier_export(folder)
    foreign = sorted(_names_in(folder) - earlier)
    if foreign and not force:
        raise NotAnExport(
            f"{folder} holds files that are not of an earlier export ({', '.join(foreign[:3])}): "
            "choose another folder, or --force to write beside them"
        )
    exists = folder.exists()
    beside = folder if exists else folder.parent
    beside.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".export-", dir=beside))
    try:
        fresh.chmod(0o755)
        manifest = write_bundle(study=study, folder=fresh, now=now)
        if exists:
            _replace(folder, fresh, earlier)
        else:
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return manifest


def _names_in(folder: Path) -> set[str]:
    if folder.exists() and not folder.is_dir():
        raise NotAnExport(f"{folder} is not a folder")
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _files_of_earlier_export(folder: Path) -> set[str]:
    """The names an earlier export wrote here, as its manifest has them; none if there was none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["made_by"] != MADE_BY:
            return set()
        return {MANIFEST, *(Path(name).name for name in manifest["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _replace(folder: Path, fresh: Path, earlier: set[str]) -> None:
    for name in [MANIFEST, *sorted(earlier)]:
        if name in earlier:
            (folder / name).unlink(missing_ok=True)
    written = sorted(fresh.iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
    for path in written:
        path.replace(folder / path.name)
