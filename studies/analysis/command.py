"""The command line, the same for `manage.py analyze` and `python -m studies.analysis`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from studies.analysis.analyzing import Say, analyze, planned_seed
from studies.analysis.evidence import Options
from studies.analysis.reading import CannotRead
from studies.analysis.reporting import PAGE, CannotWrite

HELP: Final = (
    "Analyses the ratings of a study: reads an export's folder, or one CSV file of verdicts, and writes "
    "report.html, report.json, figures and tables into a folder."
)
#: What is told as one plain sentence, with the exit code FAILED.
EXPECTED: Final = (CannotRead, CannotWrite)
FAILED: Final = 2


def add_arguments(parser: ArgumentParser) -> None:
    """Every argument there is; both commands have the same."""
    parser.add_argument(
        "path", type=Path, metavar="FILE|DIR", help="an export's folder, or a CSV file like its verdicts.csv"
    )
    parser.add_argument("--out", type=Path, required=True, help="the report's folder, new or empty")
    parser.add_argument(
        "--seed", type=_count, help="starts every random draw (default: the protocol's, or 1 without one)"
    )
    parser.add_argument(
        "--human", action="append", default=[], metavar="NAME",
        help="a system that is people, where systems.csv is not there to say so; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--protocol",
        type=Path,
        metavar="FILE",
        help="the frozen protocol.json of the ratings; they are checked",
    )
    parser.add_argument(
        "--resamples", type=_some, default=Options().resamples, metavar="N",
        help="resamples where an interval needs them (default: %(default)s)",
    )  # fmt: skip


def run(arguments: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """What the arguments ask for; what was done comes back. Raises EXPECTED."""
    path, protocol, seed = arguments["path"], arguments["protocol"], arguments["seed"]
    options = Options(
        seed=planned_seed(path, protocol) if seed is None else seed,
        human=tuple(arguments["human"]),
        resamples=arguments["resamples"],
        protocol=protocol,
    )
    return analyze(path=path, out=arguments["out"], options=options, say=say)


def summary(done: Mapping[str, Any]) -> str:
    """The last line: where the report is, and what it may claim."""
    kind = "exploratory" if done["exploratory"] else f"protocol {done['protocol_sha256'][:12]}"
    return f"{kind}, seed {done['seed']}: {Path(done['out']) / PAGE}"


def _count(text: str) -> int:
    return _whole(text, 0)


def _some(text: str) -> int:
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise ArgumentTypeError(f"{text!r} is no whole number from {least} on")
    return int(text)
