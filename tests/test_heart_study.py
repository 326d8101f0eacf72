"""The main job on real input: HEART's merged file, rated to the end over real HTTP, on both databases.

All of it on SQLite; on PostgreSQL every third dialogue, with booklets of a third, for time's sake.

The data has no licence and is not part of the project: the test looks for it beside the project, or in
HEARTSITE_DATA, and says so where it is absent.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import pytest
from django.conf import settings

from tests.raters.temperaments import TEMPERAMENTS, crowd
from tests.running import running_site
from tests.test_crowd import assert_balanced

DATA = Path(os.environ.get("HEARTSITE_DATA") or settings.BASE_DIR.parent / "shared" / "data")
MERGED = DATA / "heart" / "completions_merged.json"
TEXTS = settings.BASE_DIR / "studies" / "sample" / "texts.json"
MODELS = ("gpt5", "claude4opus", "gemini25pro")
EVERY = 1 if settings.EMBEDDED else 3
DESIGN = ("--ratings-per-pair", "1", "--pairs-per-rater", str(60 // EVERY), "--session-minutes", "120")
RATERS = 15


@pytest.mark.skipif(not MERGED.exists(), reason=f"HEART's files are not at {MERGED}; set HEARTSITE_DATA")
def test_heart_human_replies_against_three_models_rated_to_the_end(tmp_path: Path) -> None:
    file = tmp_path / "three-models.json"
    file.write_text(json.dumps(only_three_models(json.loads(MERGED.read_text())[::EVERY])), encoding="utf-8")
    with running_site(tmp_path) as site:
        site.manage(
            "create_study", "heart", "--preset", "heart", "--texts", str(TEXTS), "--seed", "19", *DESIGN
        )
        imported = (
            "import_dialogues",
            "heart",
            str(file),
            "--format",
            "heart",
            "--first-speaker",
            "supporter",
        )
        site.manage(*imported, "--exclude", "placeholder,human-equals-model", "--accept-warnings")
        made = json.loads(site.manage("make_pairs", "heart", "--baseline", "human_completion", "--json"))
        site.manage("make_training", "heart", "--count", "2")
        site.manage("make_decoys", "heart", "--count", "21")
        opened = json.loads(site.manage("open_study", "heart", "--json"))

        kinds = list(islice(cycle(TEMPERAMENTS), opened["booklets"]))
        codes = crowd(site.port, "/join/heart/", kinds, at_once=RATERS, seed=5)

        assert opened["booklets"] >= 12
        assert len(set(codes) - {""}) == opened["booklets"]
        site.manage("export_study", "heart", "--out", str(tmp_path / "out"))
    with (tmp_path / "out" / "verdicts.csv").open(encoding="utf-8", newline="") as verdicts:
        rows = [row for row in csv.DictReader(verdicts) if row["kind"] == "main"]
    ratings = Counter(row["pair"] for row in rows if row["dimension"] == "overall")
    assert len(ratings) == made["pairs"]
    assert set(ratings.values()) == {1}
    assert len(rows) == made["pairs"] * 6
    assert {frozenset((row["system_first"], row["system_second"])) for row in rows} == {
        frozenset(("human_completion", model)) for model in MODELS
    }
    assert {row["tags"] for row in rows} == {"adversarial", "regular"}
    assert_balanced(rows)


def only_three_models(items: list[dict[str, object]]) -> list[dict[str, object]]:
    """The dialogues with the people's replies and those of three models."""
    kept = {
        "dialogue_history",
        "prev_speakers",
        "emotion_type",
        "problem_type",
        "situation",
        "source",
        *MODELS,
    }
    return [
        {key: value for key, value in item.items() if key in kept or key.startswith("human_completion")}
        for item in items
    ]
