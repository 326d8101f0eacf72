"""One bundle for all tests of this folder: it takes some seconds to make."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from studies.analysis.bundle import write_bundle
from tests.studies.analysis.bundle.made import make_export
from tests.studies.analysis.bundle.wide import make_wide


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_export(tmp_path_factory.mktemp("made") / "export")


@pytest.fixture(scope="session")
def made(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder. Not to be changed."""
    folder = tmp_path_factory.mktemp("made") / "bundle"
    write_bundle(export=export, out=folder)
    return folder


@pytest.fixture(scope="session")
def widely_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a study in which every section that check.R looks at has something to tell."""
    folder = tmp_path_factory.mktemp("wide")
    write_bundle(export=make_wide(folder / "export"), out=folder / "bundle")
    return folder / "bundle"


@pytest.fixture
def wide(widely_made: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    return shutil.copytree(widely_made, tmp_path / "wide")


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of an R with jsonlite, and neither lme4 nor ordinal."""
    library = tmp_path / "library"
    asked = ["Rscript", "-e", "cat(find.package('jsonlite'))"]
    where = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    shutil.copytree(where, library / "jsonlite")
    return dict.fromkeys(("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER"), str(library))


@pytest.fixture
def bundle(made: Path, tmp_path: Path) -> Path:
    """A copy of its own, in an otherwise empty folder."""
    return shutil.copytree(made, tmp_path / "empty" / "bundle")
