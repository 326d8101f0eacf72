"""Rater pages speak the study's language, and no word of theirs is left out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.catalogues import BASE, catalogue, words_for_raters

LANGUAGES = ("de",)
PO = "locale/{}/LC_MESSAGES/django.po"
PLACEHOLDERS = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]+\}|</?[a-z]+")


def test_the_words_of_raters_pages_are_found_in_templates_and_code() -> None:
    found = {(words.singular, words.plural) for words in words_for_raters()}

    assert ("Upset? Get help", None) in found
    assert ("One pair is saved.", "%(pairs)s pairs are saved.") in found
    assert ("Please choose one of the answers.", None) in found
    assert ("A a little better", None) in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    there = catalogue(language)
    missing = [
        (words.place, words.singular)
        for words in words_for_raters()
        if not there.get(words.singular if words.plural is None else (words.singular, 0))
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_else_is_translated(language: str) -> None:
    """So that `make words`, which collects them, and the list of files for raters agree."""
    there = {key[0] if isinstance(key, tuple) else key for key in catalogue(language)}
    assert there - {""} == {words.singular for words in words_for_raters()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_marks(language: str) -> None:
    there = catalogue(language)
    for words in words_for_raters():
        if words.plural is None:
            pairs = [(words.singular, there[words.singular])]
        else:
            pairs = [(words.singular, there[words.singular, 0]), (words.plural, there[words.singular, 1])]
        for said, translated in pairs:
            assert sorted(PLACEHOLDERS.findall(translated)) == sorted(PLACEHOLDERS.findall(said))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text(language: str, tmp_path: Path) -> None:
    if shutil.which("msgfmt") is None:
        missing = "msgfmt is not there (Debian: apt install gettext)"
        # `make test` works on a machine without gettext; CI installs it and must not pass it over.
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    source = BASE / PO.format(language)
    done = subprocess.run(
        ["msgfmt", "--check", "-o", str(tmp_path / "django.mo"), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "django.mo").read_bytes() == source.with_suffix(".mo").read_bytes()
