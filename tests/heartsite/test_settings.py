"""One settings file for both modes, and what it says when something is missing."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from heartsite import environment

ROOT = settings.BASE_DIR
PRODUCTION = {
    "DATABASE_URL": "postgresql://somebody@localhost/heartsite",
    "REDIS_URL": "redis://localhost:6379/0",
    "SECRET_KEY": "k" * 70 + "ey-that-is-long",
    "ALLOWED_HOSTS": "study.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://study.example.org",
}


def read_settings(tmp_path: Path, expression: str, **variables: str) -> str:
    """What this expression on the settings prints, or the end of the error."""
    ours = {*PRODUCTION, "HEARTSITE_HTTPS", "DEBUG"}
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    code = f"from heartsite import settings; print({expression})"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean | {"HEARTSITE_VAR": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
    )
    return (result.stdout or result.stderr.splitlines()[-1]).strip()


def test_nothing_set_is_the_embedded_mode(tmp_path: Path) -> None:
    found = read_settings(
        tmp_path, "settings.EMBEDDED, settings.DEBUG, settings.HTTPS, settings.CELERY_BROKER_URL"
    )
    assert found == "True False False filesystem://"


def test_database_url_is_production(tmp_path: Path) -> None:
    found = read_settings(
        tmp_path,
        "settings.EMBEDDED, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, "
        "settings.CELERY_BROKER_URL, settings.ALLOWED_HOSTS",
        **PRODUCTION,
    )
    assert found == "False True True redis://localhost:6379/0 ['study.example.org']"


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "REDIS_URL"])
def test_production_says_what_is_missing(tmp_path: Path, name: str) -> None:
    said = read_settings(tmp_path, "1", **{**PRODUCTION, name: ""})
    assert said.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} is not set.")
    assert f"{name}_FILE" in said


def test_debug_is_refused_in_production(tmp_path: Path) -> None:
    said = read_settings(tmp_path, "1", **PRODUCTION, DEBUG="1")
    assert "DEBUG=1 shows secrets to strangers" in said


def test_only_postgresql_is_taken_as_database_url(tmp_path: Path) -> None:
    said = read_settings(tmp_path, "1", **{**PRODUCTION, "DATABASE_URL": "sqlite:///x.db"})
    assert "must name a PostgreSQL database" in said


def test_socket_path_in_database_url_is_decoded(tmp_path: Path) -> None:
    url = "postgresql://somebody@%2Ftmp%2Fpg/heartsite"
    host = 'settings.DATABASES["default"]["HOST"]'
    assert read_settings(tmp_path, host, **{**PRODUCTION, "DATABASE_URL": url}) == "/tmp/pg"  # noqa: S108 - not opened


def test_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-a-file\n")
    more = {**PRODUCTION, "SECRET_KEY": "", "SECRET_KEY_FILE": str(secret)}
    assert read_settings(tmp_path, "settings.SECRET_KEY", **more) == "from-a-file"


def test_secret_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = environment.secret_key_in(path)
    assert len(first) > 80
    assert environment.secret_key_in(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_values_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(ImproperlyConfigured, match="PORT='eighty' is not a whole number"):
        environment.number("PORT", default=1)
    monkeypatch.setenv("DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="DEBUG='perhaps' is neither 1 nor 0"):
        environment.flag("DEBUG", default=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE=.* cannot be read"):
        environment.value("SECRET_KEY")


@pytest.mark.skipif(not settings.EMBEDDED, reason="about SQLite")
@pytest.mark.django_db
def test_sqlite_waits_and_never_loses_a_commit() -> None:
    with connection.cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    full = 2
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "busy_timeout": 20_000,
        "foreign_keys": 1,
    }
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_every_variable_is_documented() -> None:
    code = "".join((ROOT / "heartsite" / name).read_text("utf-8") for name in ("settings.py", "webserver.py"))
    names = set(re.findall(r"""\b(?:value|required|items|number|flag)\(\s*["'](\w+)["']""", code))
    assert len(names) >= 15

    example = (ROOT / ".env.example").read_text("utf-8")
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    assert {name for name in names if not re.search(rf"(?m)^#?{name}=", example)} == set()
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_mail_is_off_until_a_server_is_named(tmp_path: Path) -> None:
    assert read_settings(tmp_path, "repr(settings.EMAIL_HOST)") == "''"


@pytest.mark.parametrize(("port", "tls"), [("587", "False True"), ("465", "True False")])
def test_mail_is_encrypted_unless_told_otherwise(tmp_path: Path, port: str, tls: str) -> None:
    named = {"EMAIL_HOST": "smtp.example.org", "EMAIL_PORT": port}
    assert read_settings(tmp_path, "settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS", **named) == tls


def test_links_in_mail_lead_to_the_site(tmp_path: Path) -> None:
    assert read_settings(tmp_path, "settings.SITE_URL", PORT="8400") == "http://localhost:8400"
    assert read_settings(tmp_path, "settings.SITE_URL", **PRODUCTION) == "https://study.example.org"
    named = {**PRODUCTION, "SITE_URL": "https://other.example.org/"}
    assert read_settings(tmp_path, "settings.SITE_URL", **named) == "https://other.example.org"
