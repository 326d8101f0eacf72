"""Half of a study made by machines: replies, judgments and codings through the running site.

Real Celery workers, the real client libraries, and loopback servers that speak the three providers' wire
formats. On HEART's histories where they are at hand (see test_heart_study), else on the sample's. Workers are
killed in the middle of coding and again in that of judging, and each time the broker forgets everything.
"""

from __future__ import annotations

import contextlib
import csv
import json
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import redis

from tests.contract.servers import Loopback, Traits, running
from tests.running import Site, running_site
from tests.test_heart_study import MERGED

KEY = "sk-planted-3f9a71c2d8e64b05"
#: Name of the provider, what it speaks, the path of its address, and the family of its models.
PROVIDERS = (
    ("open", "openai", "/v1", "gpt"),
    ("anth", "anthropic", "", "claude"),
    ("goog", "google", "", "gemini"),
    ("mine", "openai", "/v1/", "llama"),
)
MODELS = {
    "gpt": "gpt-4o-mini-2024-07-18",
    "claude": "claude-haiku-4-5-20251001",
    "gemini": "gemini-2.5-flash",
    "llama": "meta-llama/llama-3.3-70b-instruct",
}
#: An address of one's own has prices of one's own, or none.
PRICES = {MODELS["claude"]: {"input": "1.00", "output": "5.00"}}
#: Thirty-six replies, by people and two systems, and two coders.
CODINGS = 72
PATIENCE = 180.0  # seconds


def test_replies_judgments_and_codings_of_four_families_are_each_made_once(tmp_path: Path) -> None:
    keys = {f"{name.upper()}_API_KEY": KEY for name, *_ in PROVIDERS}
    with (
        running(Traits(latency=0.1, jitter=0.05)) as server,
        running_site(tmp_path, LLM_ALLOW_LOOPBACK="1", **keys) as site,
    ):
        set_up(site, server, tmp_path)
        fetched = asked(site, "plan_replies", "loop")
        assert (fetched["planned_calls"], fetched["unpriced"]) == (24, [MODELS["llama"]])
        site.manage("start_run", "loop", "1", "--cap-calls", "100", "--wait")
        made = asked(site, "make_pairs", "loop", "--baseline", "people")
        asked(site, "make_decoys", "loop", "--count", "6")
        site.manage("freeze_study", "loop")
        planned = asked(site, "plan_judgments", "loop", "--pilot", "4", "--consistency-share", "0")
        assert planned["jury"]["without_jury"] == 0

        code(site, server)
        judge(site, server)
        ended, coded = (asked(site, "show_run", "loop", number) for number in ("2", "3"))
        site.manage("export_study", "loop", "--out", str(tmp_path / "out"))
        logs = site.logs()
    tables = {path.name: rows_in(path) for path in (tmp_path / "out").glob("*.csv")}

    assert made["pairs_new"] == 24
    assert ended["state"] == "finished"
    assert ended["rows"] == {"done": (24 + 6) * 3 * 2}
    assert (coded["state"], coded["rows"]) == ("finished", {"done": CODINGS})
    assert_generated(tables["generations.csv"])
    assert_judged(tables)
    assert_coded(tables)
    assert_each_call_is_accounted_for(tables["llm_calls.csv"], server)
    assert KEY not in logs
    assert all(KEY not in path.read_text("utf-8") for path in (tmp_path / "out").iterdir())


def set_up(site: Site, server: Loopback, folder: Path) -> None:
    """Twelve dialogues with one reply by people each, two systems to be fetched, and four judges."""
    root = f"http://127.0.0.1:{server.port}"
    for name, api, path, _ in PROVIDERS:
        address = ("--base-url", root + path, "--key-name", f"{name.upper()}_API_KEY", "--max-in-flight", "2")
        prices = ("--prices", json.dumps(PRICES)) if name == "anth" else ()
        site.manage("add_provider", name, "--api", api, *address, *prices)
    (folder / "twelve.jsonl").write_text("\n".join(map(json.dumps, twelve_dialogues())), "utf-8")
    site.manage("create_study", "loop", "--preset", "heart", "--seed", "11", "--shown-profile", "plain-1")
    site.manage(
        "import_dialogues", "loop", str(folder / "twelve.jsonl"), "--format", "jsonl", "--accept-warnings"
    )
    families = {name: family for name, _, _, family in PROVIDERS}
    for name in ("anth", "mine"):
        family = families[name]
        site.manage("add_system", "loop", f"sys-{family}", *model(name, family))
    for name, family in families.items():
        site.manage("add_judge", "loop", f"judge-{family}", *model(name, family), "--temperature", "0")


def model(provider: str, family: str) -> tuple[str, ...]:
    asked = ("--provider", provider, "--model", MODELS[family], "--family", family)
    return (*asked, "--timeout-seconds", "5", "--max-tokens", "900")


def twelve_dialogues() -> list[dict[str, Any]]:
    """Six regular ones and six adversarial ones of HEART with their speakers, or those of the sample."""
    if not MERGED.exists():
        sample = Path("studies/sample/dialogues.jsonl").read_text("utf-8").splitlines()[:12]
        return [as_record(n, json.loads(line)["turns"]) for n, line in enumerate(sample)]
    found = json.loads(MERGED.read_text("utf-8"))
    regular = [one for one in found if one.get("prev_speakers")][:6]
    adversarial = [one for one in found if not one.get("prev_speakers")][:6]
    told = [list(zip(one["dialogue_history"], one["prev_speakers"], strict=False)) for one in regular]
    # As their authors wrote them: the supporter begins, and the two alternate.
    told += [
        [(text, ("supporter", "seeker")[n % 2]) for n, text in enumerate(one["dialogue_history"])]
        for one in adversarial
    ]
    roles = {"usr": "seeker", "sys": "supporter", "seeker": "seeker", "supporter": "supporter"}
    return [
        as_record(n, [{"speaker": roles[speaker], "text": text} for text, speaker in turns])
        for n, turns in enumerate(told)
    ]


def as_record(number: int, turns: list[dict[str, str]]) -> dict[str, Any]:
    reply = {"system": "people", "kind": "human", "text": f"I am here, and I listen ({number})."}
    return {"id": f"d{number}", "turns": turns, "replies": [reply]}


def code(site: Site, server: Loopback) -> None:
    """Two coders begin with all replies; workers die when half is asked. The rest is coded during judging."""
    site.manage("make_codebook", "loop")
    assert asked(site, "set_out_passages", "loop", "--replies-only")["passages"] == CODINGS // 2
    for family in ("gpt", "claude"):
        name = "mine" if family == "gpt" else "anth"
        site.manage("add_coder", "loop", f"coder-{family}", *model(name, family))
    site.manage("plan_codings", "loop", "--consistency-share", "0")
    server.traits.latency = 1.0  # so that there is something to kill
    before = len(server.requests)
    site.manage("start_run", "loop", "3", "--cap-calls", "1000")
    until(lambda: len(server.requests) - before > CODINGS // 2, pause=0.05)
    kill_those_who_call(site)
    forget_messages(site)


def judge(site: Site, server: Loopback) -> None:
    """Runs the judgments; the pilot of judges who draw lots is waived; workers die on the way."""
    server.traits.latency = 0.1
    site.manage("start_run", "loop", "2", "--cap-calls", "1000", "--wait")
    stopped = asked(site, "show_run", "loop", "2")
    assert stopped["pause_reason"].startswith("The pilot did not pass.")
    server.traits.latency = 1.0
    site.manage("start_run", "loop", "2", "--waive-gate", "Judges that draw lots cannot pass.")
    until(lambda: asked(site, "show_run", "loop", "2")["rows"].get("done", 0) > 60)
    kill_those_who_call(site)
    forget_messages(site)
    for number in ("2", "3"):
        until(lambda number=number: asked(site, "show_run", "loop", number)["state"] == "finished")


def kill_those_who_call(site: Site) -> None:
    """kill -9 for the processes that make calls; their parent starts new ones."""
    parent = next(
        one for one in psutil.Process(site.process.pid).children() if "--queues=llm" in one.cmdline()
    )
    for child in parent.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            child.send_signal(signal.SIGKILL)


def forget_messages(site: Site) -> None:
    url = site.environment.get("REDIS_URL")
    if url:
        redis.Redis.from_url(url).flushdb()
    for message in (site.var / "broker").glob("*.msg"):
        message.unlink(missing_ok=True)


def until(is_so: Any, pause: float = 2) -> None:
    """Where to ask is to start a Python, not too often."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(pause)


def asked(site: Site, *command: str) -> Any:
    return json.loads(site.manage(*command, "--json"))


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def assert_generated(generations: list[dict[str, str]]) -> None:
    assert Counter((row["system"], row["status"], row["outcome"]) for row in generations) == {
        ("sys-claude", "done", "ok"): 12,
        ("sys-llama", "done", "ok"): 12,
    }


def assert_judged(tables: dict[str, list[dict[str, str]]]) -> None:
    """Three judges of other families than the authors', both orders, and a verdict on every dimension."""
    judgments, verdicts = tables["judgments.csv"], tables["verdicts.csv"]
    family = {f"judge-{family}": family for family in MODELS}
    writers = {row["pair"]: {row["system_a"], row["system_b"]} for row in tables["pairs.csv"]}
    seats = Counter((row["pair"], row["order"]) for row in judgments)
    assert set(seats.values()) == {3}
    assert len(seats) == 2 * len(writers)
    assert not [row for row in judgments if f"sys-{family[row['judge']]}" in writers[row["pair"]]]
    assert len(verdicts) == 6 * sum(row["outcome"] == "ok" for row in judgments)
    assert {row["source_kind"] for row in verdicts} == {"judge"}
    assert {row["excluded"] for row in verdicts} == {"0"}
    for row in verdicts:
        sign = 1 if row["order"] == "AB" else -1
        assert int(row["value"]) == sign * int(row["value_shown"])


def assert_coded(tables: dict[str, list[dict[str, str]]]) -> None:
    """Each reply once by each coder, by the answer of a call that stands there; and some calls were lost."""
    codings, calls = tables["codings.csv"], {row["call"]: row for row in tables["llm_calls.csv"]}
    replies = {row["passage"] for row in tables["passages.csv"]}
    assert len(replies) == CODINGS // 2
    assert sorted((row["passage"], row["coder"]) for row in codings) == sorted(
        (passage, coder) for passage in replies for coder in ("coder-gpt", "coder-claude")
    )
    assert {(row["status"], row["outcome"], row["replicate"]) for row in codings} == {("done", "ok", "1")}
    for row in codings:
        call = calls[row["call"]]
        assert (call["passage"], call["coder"], call["result"]) == (row["passage"], row["coder"], "answered")
    assert any(row["purpose"] == "code" and row["result"] == "lost" for row in calls.values())


def assert_each_call_is_accounted_for(calls: list[dict[str, str]], server: Loopback) -> None:
    """Every request that the servers got is a row, and what was answered was not asked for again."""
    results = Counter(row["result"] for row in calls)
    made = len([row for row in calls if row["error_kind"] != "not_made"])
    answered = Counter(
        (
            row["purpose"],
            row["dialogue"],
            row["pair"],
            row["order"],
            row["system"],
            row["judge"],
            row["coder"],
            row["passage"],
            row["replicate"],
        )
        for row in calls
        if row["result"] == "answered"
    )
    assert set(answered.values()) == {1}
    assert len(answered) == 24 + (24 + 6) * 3 * 2 + CODINGS
    assert results["lost"] >= 1
    # A call that was claimed and not yet begun when its worker died is a lost row without a request.
    assert made - results["lost"] <= len(server.requests) <= made
    assert all(row["cost_micros"] or row["cost_reason"] for row in calls)
    assert {row["api"] for row in calls} == {"openai", "anthropic", "google"}
