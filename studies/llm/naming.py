"""Whether a provider answered with the model that it was asked for, told by the two ids alone."""

import re
from typing import Final

#: A date or the number of a build behind a name: 2024-07-18, 20250929, 0613, 001, 05-06, 09-2025, latest.
_BUILD: Final = r"\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{3,4}|\d{2}-\d{2}|\d{2}-\d{4}|latest"
#: With the revision that some resellers add: 20240620-v1:0.
_SUFFIX: Final = re.compile(rf"[-@](?:{_BUILD})(?:-v\d+(?::\d+)?)?")
_LATEST: Final = "-latest"


def is_other_model(asked: str, returned: str) -> bool:
    """True where `returned` names another model than `asked`. A provider that names none answers for itself.

    The same are: ids in other letters, an id with a date or build behind it, what "-latest" stood for, and
    an id with or without the path in front of it ("models/…", "vendor/…"). Another version is another model,
    and so is one date for another.
    """
    if not returned.strip():
        return False
    asked_path, asked_name = _parted(asked)
    path, name = _parted(returned)
    if path and asked_path and not _ends_alike(path, asked_path):
        return True
    return name not in (asked_name, asked_name.removesuffix(_LATEST)) and not _is_build_of(asked_name, name)


def _parted(model: str) -> tuple[str, str]:
    """What stands before the last slash, without the word "models", and the name behind it."""
    path, _, name = model.strip().casefold().rpartition("/")
    return "/".join(part for part in path.split("/") if part and part != "models"), name


def _ends_alike(path: str, other: str) -> bool:
    """Whether the shorter path is the end of the longer one."""
    return f"/{path}".endswith(f"/{other}") or f"/{other}".endswith(f"/{path}")


def _is_build_of(asked: str, returned: str) -> bool:
    base = asked.removesuffix(_LATEST)
    return returned.startswith(base) and bool(_SUFFIX.fullmatch(returned, len(base)))
