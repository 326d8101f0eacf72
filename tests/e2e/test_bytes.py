"""What a rater's slow connection carries: measured by the browser, at the running site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e.walks import Walk
from tests.running import running_site

FIRST_PAGE = 60_000
PER_PAIR = 15_000


def test_a_pair_costs_few_bytes(page: Page, tmp_path: Path) -> None:
    carried = 0
    hosts: set[str] = set()

    def add(event: dict[str, Any]) -> None:
        nonlocal carried
        carried += int(event["encodedDataLength"])

    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", add)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    with running_site(tmp_path) as site:
        page.goto(f"{site.address}/join/sample/", wait_until="networkidle")
        assert 1_000 < carried < FIRST_PAGE
        walk = Walk(page, page.url)
        walk.consent()
        walk.to("pair")
        page.wait_for_load_state("networkidle")
        assert 1_000 < carried < FIRST_PAGE
        for _ in range(4):
            before = carried
            walk.one_page()
            page.wait_for_load_state("networkidle")
            assert 1_000 < carried - before < PER_PAIR

    assert hosts == {f"localhost:{site.port}"}
