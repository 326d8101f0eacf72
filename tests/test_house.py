"""Rules of the house that no linter knows. The floors are in pyproject.toml (`lint-imports`)."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
LONGEST_FILE = 300  # lines, of what runs; tests may be longer
LONGEST_TEST = 500
LONGEST_FUNCTION = 40
#: One file that is read from top to bottom, like a form.
MAY_BE_LONGER = {"heartsite/settings.py"}
MARKED = "pytest.mark.no_database"
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}


def ours(pattern: str) -> list[Path]:
    """The project's own files; nothing that a tool or a run wrote."""
    tops = ("heartsite", "raters", "studies", "tests", "templates", "static", "benchmarks")
    return [path for top in tops for path in sorted((ROOT / top).rglob(pattern))]


def modules() -> dict[str, str]:
    """The text of each of our modules by its path; without migrations."""
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in ours("*.py")
        if "migrations" not in path.parts
    }


def test_no_file_is_too_long_to_be_read() -> None:
    long = {
        name: lines
        for name, text in modules().items()
        if name not in MAY_BE_LONGER
        and (lines := len(text.splitlines()))
        > (LONGEST_FILE if name.startswith(("raters/", "studies/", "heartsite/")) else LONGEST_TEST)
    }
    assert long == {}


def test_no_function_is_too_long_to_be_read() -> None:
    long = {
        f"{name}: {node.name}": lines
        for name, text in modules().items()
        if name.startswith(("raters/", "studies/", "heartsite/"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_is_named_for_being_leftovers() -> None:
    assert [path for path in ours("*.py") if path.stem in SAYS_NOTHING] == []


@pytest.mark.parametrize("name", ["bootstrap", "local", "run", "test"])
def test_locked_lists_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    packages = re.findall(r"(?m)^[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,]+\])?==", text)
    assert len(packages) >= 1
    assert "://" not in text
    for entry in re.split(r"(?m)^(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in entry, entry


def test_what_runs_is_part_of_what_is_tested() -> None:
    pinned = {
        name: set(re.findall(r"(?m)^([a-z0-9._-]+(?:\[.*\])?==\S+)", text))
        for name in ("run", "test")
        for text in [(ROOT / "requirements" / f"{name}.txt").read_text("utf-8")]
    }
    assert pinned["run"] <= pinned["test"]


def test_templates_keep_scripts_and_styles_in_files() -> None:
    """The Content-Security-Policy forbids the rest; a browser would drop it without a word."""
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.I)
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in ours("*.html")
        if (match := inline.search(path.read_text("utf-8")))
    }
    assert found == {}


def test_what_is_left_out_on_postgresql_touches_no_database() -> None:
    """The framework refuses access to tests without its mark; these start no site and no command either."""
    touching = re.compile(
        r"django_db|\b(transactional_)?db\b|running_site|live_server\b|factories"
        r"|manage\.py|call_command"
    )
    marked = {name: text for name, text in modules().items() if MARKED in text}
    del marked["tests/test_house.py"]
    assert "tests/contract/test_errors.py" in marked
    assert all(f"\npytestmark = {MARKED}\n" in text for text in marked.values())
    assert {name: match[0] for name, text in marked.items() if (match := touching.search(text))} == {}
