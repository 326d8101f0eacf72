"""Makes the report of this bundle again and holds it against `report/`: `.venv/bin/python verify.py`.

Every file is compared byte for byte, and where bytes differ number for number. Exit code 0: the same, or the
same but for the last digit; 1: something differs, and what is told. It needs nothing but this folder and the
packages in requirements.txt.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
CHECKSUMS: Final = "SHA256SUMS"
#: Reports are written with six digits. Two machines may round the sixth up and down.
CLOSE: Final = 1e-5
#: No more differences than this are printed.
_SHOWN: Final = 40
_VERSIONS: Final = "versions"

Leaf = tuple[str, str | float | bool | None]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="keep the new report in this folder, new or empty")
    kept = parser.parse_args().out
    changed = changed_files(HERE)
    for name in changed:
        _say(f"not as it was packed: {name}")
    with tempfile.TemporaryDirectory() as scratch:
        again = kept or Path(scratch) / "report"
        make_again(again)
        return 1 if told(HERE / "report", again) or changed else 0


def changed_files(folder: Path) -> list[str]:
    """The files that are missing, or have other bytes than SHA256SUMS says."""
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    return [
        name for digest, name in (line.split("  ", 1) for line in lines) if _digest(folder / name) != digest
    ]


def make_again(out: Path) -> None:
    """Runs the analysis in `code/` on `data/`."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(HERE / "code"))
    from studies.analysis import command

    options = json.loads((HERE / "report" / "report.json").read_text(encoding="utf-8"))["options"]
    chosen = {name: options[name] for name in ("seed", "resamples")}
    command.run({"path": HERE / "data", "out": out, "human": [], "protocol": None, **chosen}, _say)


def told(printed: Path, again: Path) -> bool:
    """Says how two reports differ; whether any number or text of the tables does."""
    names = sorted(_files(printed) | _files(again))
    differ = [name for name in names if _bytes(printed / name) != _bytes(again / name)]
    if not differ:
        _say(f"The same: {len(names)} files, byte for byte.")
        return False
    _say(
        f"{len(names) - len(differ)} of {len(names)} files are the same, byte for byte. "
        f"Others: {', '.join(differ)}"
    )
    versions = versions_that_differ(printed, again)
    for program, (then, now) in versions.items():
        _say(f"{program}: printed with {then}, made again with {now}")
    renamed = dict(versions.values())
    found = [one for name in differ for one in differences(printed / name, again / name, name, renamed)]
    far = [line for line, close in found if not close]
    for line in far[:_SHOWN]:
        _say(line)
    if len(far) > _SHOWN:
        _say(f"and {len(far) - _SHOWN} more")
    _say(
        f"Different: {len(far)} numbers or texts."
        if far
        else "The same, but for the last digit and the versions of programs."
        if found
        else "The same: every number and every word of the tables."
    )
    return bool(far)


def differences(
    printed: Path, again: Path, name: str, renamed: Mapping[str, str]
) -> Iterator[tuple[str, bool]]:
    """A line on each number or text of one file that differs, and whether it is close enough.

    `renamed` has the version that a program has now for each that it had then: texts may name them.
    """
    if not (printed.exists() and again.exists()):
        yield f"{name}: only {'printed' if printed.exists() else 'made again'}", False
        return
    if printed.suffix not in {".json", ".csv"}:
        return
    before, after = dict(_leaves(printed)), dict(_leaves(again))
    for place in [*before, *(place for place in after if place not in before)]:
        old, new = before.get(place, "(nothing)"), after.get(place, "(nothing)")
        if old != new:
            yield _line(f"{name} {place}", old, new, renamed)


def _line(place: str, old: Any, new: Any, renamed: Mapping[str, str]) -> tuple[str, bool]:
    if isinstance(old, str) and isinstance(new, str):
        for then, now in renamed.items():
            old = old.replace(then, now)
        return f"{place}: printed {old!r}, now {new!r}", old == new
    if not (isinstance(old, float) and isinstance(new, float)):
        return f"{place}: printed {old!r}, now {new!r}", False
    apart = abs(new - old)
    return f"{place}: printed {old:g}, now {new:g}, differs by {apart:g}", apart <= CLOSE * max(
        abs(old), abs(new)
    )


def _leaves(path: Path) -> Iterator[Leaf]:
    """Every number and text of a file and where it stands, but for the versions of the programs."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=1):
                for column, cell in row.items():
                    yield f"row {number}, {column}", _plain(cell)
        return
    content = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, dict):
        content.pop(_VERSIONS, None)
    yield from _inside(content, "")


def _inside(content: Any, place: str) -> Iterator[Leaf]:
    if isinstance(content, dict):
        parts = ((f"{place}/{key}", part) for key, part in content.items())
    elif isinstance(content, list):
        parts = ((f"{place}/{_called(part, number)}", part) for number, part in enumerate(content, start=1))
    else:
        yield place, float(content) if type(content) in (int, float) else content
        return
    for inner, part in parts:
        yield from _inside(part, inner)


def _called(part: Any, number: int) -> str:
    """Sections and tables by their key, rows by their number."""
    return str(part["key"]) if isinstance(part, dict) and isinstance(part.get("key"), str) else str(number)


def _plain(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def versions_that_differ(printed: Path, again: Path) -> dict[str, tuple[str, str]]:
    """By program: the version that the report was printed with, and the one that it was made with now."""
    before, after = (
        json.loads(text)[_VERSIONS] if (text := _bytes(folder / "report.json")) else {}
        for folder in (printed, again)
    )
    both = before.keys() & after.keys()
    return {name: (before[name], after[name]) for name in sorted(both) if before[name] != after[name]}


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _digest(path: Path) -> str:
    content = _bytes(path)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
