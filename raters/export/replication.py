"""The replication bundle of an export: what a reader without the app needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from raters.export.bundle import Tick


def write_bundle_for_readers(*, export: Path, out: Path, tick: Tick) -> dict[str, Any]:
    """Packs an export's folder into `out`: a new or empty folder, or a new file `….zip`. Says what was done.

    `tick` is called after each section of its report. Raises CannotBundle and what the analysis raises.
    """
    # Only a worker or a command comes here: the web's processes never load what counts and draws.
    from studies.analysis.bundle import write_bundle

    return write_bundle(export=export, out=out, say=lambda _line: tick())
