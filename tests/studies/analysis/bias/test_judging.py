from pathlib import Path

import pytest

from studies.analysis.bias.judging import judging
from tests.studies.analysis.tables import Row, answer, ends, evidence_of, rows_of, turned, value, why, write

JUDGE = {"source_kind": "judge", "source": "claude"}


def judgment(outcome: str, status: str = "done", **other: object) -> Row:
    return {"judge": "claude", "dialogue": "d1", "pair": "p1", "order": "AB", "status": status,
            "outcome": outcome} | other  # fmt: skip


def call(**other: object) -> Row:
    return {
        "purpose": "judge", "judge": "claude", "system": "", "result": "answered", "latency_ms": 2000,
        "first_token_ms": "", "input_tokens": 100, "output_tokens": 20, "cost_micros": 500_000,
        "currency": "USD",
    } | other  # fmt: skip


def test_without_judges_the_section_says_so(tmp_path: Path) -> None:
    assert judging(evidence_of(tmp_path, [answer(1)])).absent.startswith("How judges worked is not told")


def test_judgments_in_the_same_order_are_compared(tmp_path: Path) -> None:
    """Three times the same in AB of d1; twice of three in AB of d2 (a third of the couples); BA of d1 twice
    different; a single judgment of d3."""
    rows = [
        *(answer(-1, occasion=n, **JUDGE) for n in (1, 2, 3)),
        *(answer(v, dialogue="d2", occasion=n, **JUDGE) for n, v in ((1, 1), (2, 2), (3, 0))),
        *(turned(v, occasion=n, **JUDGE) for n, v in ((1, 1), (2, -1))),
        answer(1, dialogue="d3", occasion=1, **JUDGE),
    ]
    (found,) = rows_of(judging(evidence_of(tmp_path, rows)), "judges_repeat")
    assert (found["pairs"], value(found["same"])) == pytest.approx((2, (1 + 1 / 3 + 0) / 3))


def test_without_repeats_files_or_calls_each_is_said(tmp_path: Path) -> None:
    section = judging(evidence_of(tmp_path, [answer(1, **JUDGE)]))
    assert (section.parts, len(section.lead), section.absent) == ((), 3, "")


def test_judgments_without_a_verdict_are_rates_with_pairs_as_trials(tmp_path: Path) -> None:
    """Of two pairs in both orders one judgment was refused and one failed; another is still open."""
    write(tmp_path, "judgments.csv", [
        judgment("ok"), judgment("refused", order="BA"), judgment("ok", pair="p2"),
        judgment("", "failed", pair="p2", order="BA"), judgment("", "pending", pair="p3"),
    ])  # fmt: skip
    both, ab, ba = rows_of(judging(evidence_of(tmp_path, [answer(1)])), "judges_without_verdict")
    assert [both[key] for key in ("order", "ended", "open")] == ["both", 4, 1]
    assert (value(both["refused"]), value(both["failed"]), value(both["truncated"])) == (0.25, 0.25, 0.0)
    assert (value(ab["refused"]), value(ba["refused"]), value(ba["failed"])) == (0.0, 0.5, 0.5)
    # Wilson for none of two: 0 to z² / (2 + z²)
    assert ends(both["truncated"]) == pytest.approx((0.0, 3.841458820694124 / 5.841458820694124))


def test_calls_are_told_by_judge_and_system(tmp_path: Path) -> None:
    write(tmp_path, "llm_calls.csv", [
        call(), call(latency_ms=4000), call(latency_ms=9000, result="failed", cost_micros="", currency=""),
        call(purpose="generate", judge="", system="model", latency_ms=1000, first_token_ms=300),
    ])  # fmt: skip
    judge, system = rows_of(judging(evidence_of(tmp_path, [answer(1)])), "model_calls")
    assert [judge[key] for key in ("name", "calls", "answered", "failed", "lost")] == ["claude", 3, 2, 1, 0]
    assert (value(judge["seconds"]), value(judge["cost"]), judge["currency"]) == (3.0, 1.0, "USD")
    assert judge["cost_unknown"] == 1
    assert why(judge["first_token"]) == "No answered call tells it."
    assert (system["purpose"], system["name"], value(system["first_token"])) == ("generate", "model", 0.3)


def test_costs_in_two_currencies_are_not_added(tmp_path: Path) -> None:
    write(tmp_path, "llm_calls.csv", [call(), call(currency="EUR")])
    (judge,) = rows_of(judging(evidence_of(tmp_path, [answer(1)])), "model_calls")
    assert why(judge["cost"]) == "Calls are priced in several currencies."
