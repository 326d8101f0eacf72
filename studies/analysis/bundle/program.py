"""The bundle's folder `code/`: the modules that `python -m studies.analysis` imports, and what they install.

Both are read off the imports themselves, so that no list has to be kept.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from studies.analysis.bundle.failing import CannotBundle

#: The checkout, or a bundle's own `code/`.
ROOT: Final = Path(__file__).resolve().parents[3]
_ENTRY: Final = "studies.analysis.__main__"
_OWN: Final = "studies"
_PINNED: Final = ROOT / "requirements" / "run.txt"
_PYPROJECT: Final = ROOT / "pyproject.toml"


def write_program(folder: Path) -> None:
    """Copies every module that the analysis imports, the files beside them, and the version."""
    for path in sorted(_sources()):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "heartsite-analysis"\nversion = "{own_version()}"\n'
        'description = "The analysis of heartsite, without the app"\n',
        encoding="utf-8",
        newline="\n",
    )


def own_version() -> str:
    with _PYPROJECT.open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def requirements() -> str:
    """The locked list cut down to what the analysis imports, with what these need. Raises CannotBundle."""
    entries = _entries(_PINNED.read_text(encoding="utf-8"))
    kept = _installed()
    lacking = sorted(kept - {name for name, _parents, _text in entries})
    if lacking:
        raise CannotBundle(f"{_PINNED.name} pins no {', '.join(lacking)}, which the analysis imports.")
    size = 0
    while size < len(kept):
        size = len(kept)
        kept |= {name for name, parents, _text in entries if parents & kept}
    return "".join(text for name, _parents, text in entries if name in kept)


def _entries(pinned: str) -> list[tuple[str, frozenset[str], str]]:
    """Name, the packages that ask for it, and the text of each entry, without the words on who asks."""
    found = []
    for entry in re.split(r"(?m)^(?=[a-z0-9])", pinned):
        if match := re.match(r"[a-z0-9._-]+", entry):
            asked, _hash, via = entry.partition("# via")
            parents = frozenset(re.findall(r"[a-z0-9][a-z0-9._-]*", via))
            found.append((match[0], parents, asked.rstrip() + "\n"))
    return found


def modules() -> dict[str, Path]:
    """The analysis' own modules by name: everything that importing its command may import."""
    found: dict[str, Path] = {}
    waiting = [_ENTRY]
    while waiting:
        name = waiting.pop()
        path = _path_of(name)
        if name in found or path is None:
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_imported(path)]
    return found


def _installed() -> set[str]:
    """Packages from elsewhere, by the name that is imported: the lock has the same."""
    names = {name.partition(".")[0] for path in modules().values() for name in _imported(path)}
    return {name for name in names if name != _OWN and name not in sys.stdlib_module_names}


def _sources() -> set[Path]:
    """The modules, and what lies beside them that is no module: templates, styles, lists."""
    found = set(modules().values())
    beside = {
        path
        for folder in {path.parent for path in found} - {ROOT / _OWN}
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    return found | beside


def _imported(path: Path) -> Iterator[str]:
    """Every name that a module imports, wherever it does; of `from a import b` both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _path_of(name: str) -> Path | None:
    """The file of one of our own modules; None for anything else."""
    if name.partition(".")[0] != _OWN:
        return None
    place = ROOT.joinpath(*name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None
