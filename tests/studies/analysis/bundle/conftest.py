"""One bundle for all tests of this folder: it takes some seconds to make."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studies.analysis.bundle import write_bundle
from tests.studies.analysis.bundle.made import make_export


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_export(tmp_path_factory.mktemp("made") / "export")


@pytest.fixture(scope="session")
def made(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("made") / "bundle"
    write_bundle(export=export, out=folder)
    return folder


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    """A copy of its own, in an otherwise empty folder."""
    return shutil.copytree(made, tmp_path / "empty" / "bundle")
