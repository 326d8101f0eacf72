"""What every answer carries, whoever gives it."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/robots.txt", "/admin/login/", "/no/such/page"])
def test_every_answer_keeps_search_engines_out_and_scripts_in_files(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert "noindex" in headers["X-Robots-Tag"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_robots_are_kept_out(client: Client) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


@pytest.mark.django_db
def test_health_asks_the_database_and_is_not_cached(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_stock_admin_brings_no_inline_scripts_or_styles(admin_client: Client) -> None:
    for path in ("/admin/", "/admin/auth/user/", "/admin/auth/user/add/"):
        page = admin_client.get(path).text
        assert " style=" not in page
        assert "<script>" not in page
        assert "<style" not in page
