"""`python -m studies.analysis.bundle EXPORT --out FOLDER|FILE.zip`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studies.analysis import command
from studies.analysis.bundle import CannotBundle, write_bundle


def main() -> int:
    """The exit code: 0, or 2 for what the reader of the message can mend."""
    parser = argparse.ArgumentParser(
        prog="python -m studies.analysis.bundle",
        description="Packs an export's data without personal data, its report and the analysis for a reader.",
    )
    parser.add_argument("export", type=Path, metavar="EXPORT", help="an export's folder")
    parser.add_argument("--out", type=Path, required=True, help="a folder, new or empty, or a new file .zip")
    arguments = parser.parse_args()
    try:
        done = write_bundle(export=arguments.export, out=arguments.out, say=_say)
    except (CannotBundle, *command.EXPECTED) as error:
        _say(f"error: {error}")
        return command.FAILED
    sys.stdout.write(f"{done['files']} files: {done['out']}\n")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
