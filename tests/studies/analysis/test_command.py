"""One command in two clothes: `manage.py analyze`, and `python -m studies.analysis` without Django."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studies.analysis import command
from studies.analysis.__main__ import main
from studies.analysis.evidence import Options

ROOT = Path(__file__).parents[3]
TABLE = """dialogue,pair,system_first,system_second,dimension,source_kind,source,value_shown
d1,p1,human,model,overall,rater,r1,1
d1,p1,human,model,overall,rater,r2,-1
"""
BARE = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "anybody.csv"
    path.write_text(TABLE)
    return path


def test_it_runs_without_django_and_loads_none(table: Path, tmp_path: Path) -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv[0] = 'analysis'\n"
        "try:\n"
        "    runpy.run_module('studies.analysis', run_name='__main__')\n"
        "except SystemExit as error:\n"
        "    print(error.code, sorted({'celery', 'django', 'matplotlib.pyplot'} & set(sys.modules)))\n"
    )
    asked = [str(table), "--out", str(tmp_path / "out"), "--human", "human"]
    done = subprocess.run(
        [sys.executable, "-c", code, *asked], cwd=ROOT, env=BARE, capture_output=True, text=True, check=False
    )
    told = f"exploratory, seed 1: {tmp_path / 'out' / 'report.html'}"
    assert done.stdout.splitlines() == [told, "0 []"], done.stderr
    assert done.stderr.splitlines()[0] == "Reading anybody.csv"
    assert (tmp_path / "out" / "report.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.csv", "--out", "OUT"), "error: gone.csv is not there"),
        (("TABLE", "--out", "OUT", "--human", "nobody"), "error: anybody.csv: no system is called 'nobody'."),
        (("TABLE", "--out", "TABLE"), "is a file; name a folder that is new or empty"),
        (("TABLE", "--out", "OUT", "--protocol", "gone.json"), "error: there is no protocol at gone.json"),
        (("TABLE", "--out", "OUT", "--resamples", "0"), "'0' is no whole number from 1 on"),
        (("TABLE", "--out", "OUT", "--seed", "x"), "'x' is no whole number from 0 on"),
        (("TABLE",), "the following arguments are required: --out"),
    ],
)
def test_what_the_reader_can_mend_is_one_sentence_and_code_two(
    table: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"TABLE": str(table), "OUT": str(tmp_path / "out")}
    monkeypatch.setattr(sys, "argv", ["analysis", *(places.get(one, one) for one in arguments)])
    try:
        code = main()
    except SystemExit as error:  # argparse's own
        code = int(str(error.code))
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert said in told.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_manage_py_takes_the_same_arguments(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("analyze", str(table), "--out", str(tmp_path / "out"), "--seed", "7", "--human", "human")
    told = capsys.readouterr()
    assert told.out == f"exploratory, seed 7: {tmp_path / 'out' / 'report.html'}\n"
    assert told.err.splitlines()[0] == "Reading anybody.csv"
    with pytest.raises(CommandError, match="holds other files") as refused:
        call_command("analyze", str(table), "--out", str(tmp_path / "out"))
    assert refused.value.returncode == command.FAILED == 2


def test_the_protocols_seed_is_used_unless_another_is_named(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Options] = []

    def analyze(**arguments: object) -> dict[str, object]:
        assert isinstance(arguments["options"], Options)
        seen.append(arguments["options"])
        return {}

    monkeypatch.setattr(command, "analyze", analyze)
    monkeypatch.setattr(command, "planned_seed", lambda path, protocol: 42)
    given = {"path": table, "out": tmp_path, "protocol": None, "human": ["human"], "resamples": 10}
    command.run({**given, "seed": None}, print)
    command.run({**given, "seed": 0}, print)
    assert [options.seed for options in seen] == [42, 0]
    assert seen[0] == Options(seed=42, human=("human",), resamples=10)
