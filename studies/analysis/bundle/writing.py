"""The verb: an export's folder in, a replication bundle out."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from studies.analysis.analyzing import analyze, planned_seed
from studies.analysis.bundle import program
from studies.analysis.bundle.data import DataFacts, write_data
from studies.analysis.bundle.described import codebook
from studies.analysis.bundle.failing import CannotBundle
from studies.analysis.bundle.packing import files_in, pack, write_checksums
from studies.analysis.bundle.readme import readme
from studies.analysis.evidence import PROTOCOL, VERDICTS, Options
from studies.analysis.reporting import check_folder

_HERE: Final = Path(__file__).parent
ZIP: Final = ".zip"

Say = Callable[[str], None]


def write_bundle(*, export: Path, out: Path, say: Say = lambda line: None) -> dict[str, Any]:
    """Writes the bundle of an export's folder into `out`, a new or empty folder or a new file `….zip`.

    The same export, options, versions and platform give the same bytes. Returns what was done, in a few
    words. Raises CannotBundle, and what `analyze` raises.
    """
    if not (export / VERDICTS).exists():
        raise CannotBundle(f"{export} holds no {VERDICTS}: it takes the folder of an export.")
    if out.suffix != ZIP:
        check_folder(out)
        return _filled(export, out, say)
    if out.exists():
        raise CannotBundle(f"{out} is there already; name a new file.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=out.parent) as scratch:
        folder = Path(scratch) / "bundle"
        done = _filled(export, folder, say)
        packed = Path(scratch) / out.name
        pack(folder, packed, out.stem)
        packed.replace(out)
    return done | {"out": str(out)}


def _filled(export: Path, folder: Path, say: Say) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    say("Leaving out personal data")
    facts = write_data(export, folder / "data")
    if (folder / "data" / PROTOCOL).exists():
        shutil.copyfile(folder / "data" / PROTOCOL, folder / PROTOCOL)
    data = folder / "data"
    report = analyze(path=data, out=folder / "report", options=Options(seed=planned_seed(data)), say=say)
    say("Adding the program")
    program.write_program(folder / "code")
    _write(folder, facts, report, codebook(export, facts.tables))
    write_checksums(folder)
    return {
        "out": str(folder),
        "protocol_sha256": report["protocol_sha256"],
        "exploratory": report["exploratory"],
        "files": len(files_in(folder)),
        "reasons": facts.reasons[0],
        "reasons_released": facts.reasons[1],
    }


def _write(folder: Path, facts: DataFacts, report: dict[str, Any], described: str) -> None:
    printed = json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))
    texts = {
        "README.md": readme(facts, report, printed),
        "codebook.md": described,
        "requirements.txt": program.requirements(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for name in ("verify.py", "check.R"):
        shutil.copyfile(_HERE / name, folder / name)
    shutil.copytree(_HERE / "check", folder / "check")
