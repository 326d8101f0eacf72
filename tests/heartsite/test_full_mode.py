"""The files of full mode. No container engine runs here: they are read, and compared with the code.

`docker compose config` checks the same file where compose is installed.
"""

import os
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
APPLICATION = ("migrate", "web", "worker", "llm", "beat")
HAS_COMPOSE = (
    shutil.which("docker") is not None
    and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
)


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_all_services_are_there_and_watched(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {*APPLICATION, "postgres", "redis", "proxy"}
    unwatched = {name for name, one in services.items() if "healthcheck" not in one}
    assert unwatched == {"web", "proxy"}  # web's check is in the image
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text("utf-8")


def test_services_can_be_scaled(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, one in services.items() if "container_name" in one] == []
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert "dynamic a" in (ROOT / "docker" / "Caddyfile").read_text("utf-8")


def test_application_gets_all_that_production_needs(services: dict[str, dict[str, Any]]) -> None:
    needed = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"}
    for name in APPLICATION:
        assert needed <= set(services[name]["environment"])
        assert services[name]["volumes"] == ["files:/data"]


def test_keys_of_providers_reach_nobody_but_those_who_call_them(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, one in services.items() if "env_file" in one] == ["llm"]
    assert services["llm"]["env_file"] == [{"path": "llm.env", "required": False}]
    assert "/llm.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_application_waits_for_the_migration(services: dict[str, dict[str, Any]]) -> None:
    for name in ("web", "worker", "llm", "beat"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_every_variable_of_the_composition_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    example = (ROOT / ".env.example").read_text("utf-8")
    assert {name for name in used if not re.search(rf"(?m)^#?{name}=", example)} == set()


def test_image_runs_as_nobody_in_particular_and_from_the_locked_list() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.findall(r"(?m)^USER (\w+)$", dockerfile) == ["heartsite"]
    assert dockerfile.count("--require-hashes") == 2


def test_image_takes_in_all_the_code_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert {"heartsite", "raters", "studies"} <= taken
    assert {"templates", "static", "docker", "requirements", "manage.py"} <= taken
    assert taken & {"var", ".env", "tests", ".git"} == set()


def test_proxy_writes_down_no_request() -> None:
    text = (ROOT / "docker" / "Caddyfile").read_text("utf-8")
    assert "request delete" in text
    site = text[text.index("{$SITE_DOMAIN") :]
    assert not re.search(r"(?m)^\s*log\b", site)


@pytest.mark.skipif(not HAS_COMPOSE, reason="docker compose is not installed")
def test_compose_accepts_the_file() -> None:
    environment = {**os.environ, "SECRET_KEY": "x", "POSTGRES_PASSWORD": "y"}
    command = ["docker", "compose", "config", "--quiet"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
