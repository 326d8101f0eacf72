"""What every test stands on: the project's own settings, made quick and kept out of var/."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from pytest_django import Settings

from tests.catalogues import write_pseudo_locale
from tests.services import number_of_process, own_database

DATABASE_IN_A_FILE = "sqlite3"
#: Names the process in a parallel run.
PROCESS = "PYTEST_XDIST_WORKER"


def pytest_configure(config: pytest.Config) -> None:
    """Differences to a running site that hold for all tests."""
    # The default hasher is slow on purpose.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Hashed names need a collectstatic before. That they work is tested on the running site.
    django_settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    # The second run, on PostgreSQL, uses production's settings: but the test client speaks HTTP.
    django_settings.SECURE_SSL_REDIRECT = False
    django_settings.SESSION_COOKIE_SECURE = False
    django_settings.CSRF_COOKIE_SECURE = False
    # A nudge is a file or a Redis entry; no test may wake up a worker of somebody's running site.
    django_settings.CELERY_BROKER_URL = "memory://"
    django_settings.CELERY_BROKER_TRANSPORT = "memory"
    django_settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    if not django_settings.EMBEDDED and PROCESS in os.environ:
        # Also the sites that this process starts read it there.
        os.environ["REDIS_URL"] = own_database(
            os.environ["REDIS_URL"], number_of_process(os.environ[PROCESS])
        )
        django_settings.CACHES["default"]["LOCATION"] = os.environ["REDIS_URL"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a parallel run: first what starts whole sites, so that it is one process's and not the last."""
    if PROCESS in os.environ:
        items.sort(key=lambda item: not (isinstance(item, pytest.Function) and starts_sites(item)))


def starts_sites(item: pytest.Function) -> bool:
    return hasattr(item.module, "running_site")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in a running site: threads then have connections of their own.

    A PostgreSQL database's name ends in its process's, by the fixture asked for.
    """
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith(DATABASE_IN_A_FILE):
        name = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database["TEST"]["NAME"] = str(name)


@pytest.fixture(autouse=True)
def _own_files(settings: Settings, tmp_path: Path) -> None:
    """Each test has a file store of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> None:
    """No test inherits another's throttles. On SQLite the cache is a table and rolls back itself."""
    if not django_settings.EMBEDDED:
        cache.clear()


@pytest.fixture
def eager_tasks(settings: Settings) -> None:
    """Run Celery tasks at once, in the calling process, and let their errors through."""
    from heartsite.celery import app

    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True


@pytest.fixture
def pseudo_locale(settings: Settings, tmp_path: Path) -> str:
    """The code of a language, from right to left, in which every text marked for translation is strange.

    The settings tell Django of each change, also of the one back, and it forgets what it had read.
    """
    language = "he"
    write_pseudo_locale(tmp_path / "locale", language)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [*settings.LANGUAGES, (language, "strange")]
    return language
