"""All settings, read from the environment.

Nothing set: the embedded mode (SQLite, a broker made of files, everything under var/). With
DATABASE_URL set: production, which insists on what a public site needs and says what is missing.
Every variable is listed in .env.example and docs/deployment.md.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from heartsite.environment import flag, items, number, required, secret_key_in, value

# Lets the code write ModelAdmin[Study] at run time, as the type checker wants it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything that a run writes lies below this folder.
VAR = Path(value("HEARTSITE_VAR") or BASE_DIR / "var").resolve()
BROKER_DIR = VAR / "broker"
UPLOAD_DIR = VAR / "uploads"
MEDIA_ROOT = VAR / "files"  # imports and exports: private, only ever sent by staff views
# An image brings its own, made when it was built.
STATIC_ROOT = Path(value("HEARTSITE_STATIC") or VAR / "static").resolve()

DATABASE_URL = value("DATABASE_URL")
REDIS_URL = value("REDIS_URL")
EMBEDDED = not DATABASE_URL
PORT = number("PORT", default=8310)

for folder in (UPLOAD_DIR, MEDIA_ROOT, STATIC_ROOT, *(() if REDIS_URL else (BROKER_DIR,))):
    folder.mkdir(parents=True, exist_ok=True)
if not value("DATABASE_URL"):
    VAR.chmod(0o700)  # answers, platform ids and password hashes are nobody else's

# Who may call -------------------------------------------------------------------------------------

DEBUG = flag("DEBUG", default=False)
ALLOWED_HOSTS = items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = items("CSRF_TRUSTED_ORIGINS")

if EMBEDDED:
    SECRET_KEY = value("SECRET_KEY") or secret_key_in(VAR / "secret_key")
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
else:
    SECRET_KEY = required("SECRET_KEY", "a long random text; a new one forgets who took part: keep it")
    required("ALLOWED_HOSTS", "the site's host names, commas between, such as study.example.org")
    required("CSRF_TRUSTED_ORIGINS", "the site's addresses, such as https://study.example.org")
    required("REDIS_URL", "the broker and cache, such as redis://redis:6379/0")
    if DEBUG:
        raise ImproperlyConfigured(
            "DEBUG=1 shows secrets to strangers and is refused in production. Take DEBUG out of "
            "the environment, or take DATABASE_URL out to work in the embedded mode."
        )

# Off only where nothing but a test or a closed network talks to the server without TLS in front.
HTTPS = flag("HEARTSITE_HTTPS", default=not EMBEDDED)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # the health check asks from inside, without TLS
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SILENCED_SYSTEM_CHECKS = [
    # HSTS for subdomains and the preload list: a study's site cannot decide for its neighbours.
    "security.W005",
    "security.W021",
]
SECURE_REFERRER_POLICY = "same-origin"  # a rater's address is as good as a password
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The parts ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "heartsite",
    "raters",
    "studies",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
]

MIDDLEWARE = [
    "heartsite.logs.remember_request",
    "heartsite.middleware.no_index",
    "heartsite.middleware.small_requests",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "heartsite.urls"
WSGI_APPLICATION = "heartsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

# Where things are kept ----------------------------------------------------------------------------

DATABASES: dict[str, Any]
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "heartsite.sqlite3",
            "OPTIONS": {
                # Two writers at once wait for each other instead of failing half-way: without
                # IMMEDIATE every second answer was an error under load. FULL: ratings are the
                # product, a power cut must not take them.
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
            },
        }
    }
else:
    DATABASES = {
        "default": dict(dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True))
    }
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database (postgresql://…). For SQLite leave it "
            "out; HEARTSITE_VAR chooses the folder."
        )

CACHES: dict[str, Any]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "heartsite",
        }
    }
else:
    # A table and not the memory of one process: there are several web processes.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "heartsite_cache",
        }
    }

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# An import may be 300 MB: anything above 2.5 MB goes straight to a file, never into memory.
FILE_UPLOAD_TEMP_DIR = UPLOAD_DIR
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a study's page carries its rubric and its systems

# Language and time --------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Work outside the web request ---------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT = "heartsite.message_files:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 3600, "socket_connect_timeout": 2}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,  # seconds; the default of 1 is too slow to be of use
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "heartsite"
# Calls to language models take minutes: they have a queue, and workers, of their own. What looks after
# them (the sweep, prices) must not wait behind them either.
CELERY_TASK_ROUTES = {"studies.tasks.drain_run": {"queue": "llm"}}
CELERY_TASK_IGNORE_RESULT = True
# A task that dies with its worker is delivered again where the broker can do so; where it cannot,
# the sweep finds its row.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# For the container's health check; among the files of the embedded broker it would only litter.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "raters.tasks.sweep",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},  # a late sweep is the next sweep
    },
    "retention": {
        "task": "raters.tasks.retain",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "llm-sweep": {
        "task": "studies.tasks.sweep",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
}

# Mail to researchers: that their inbox holds something, never what. No host: no mail -----------------

EMAIL_HOST = value("EMAIL_HOST")
EMAIL_PORT = number("EMAIL_PORT", default=587)
EMAIL_HOST_USER = value("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = value("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = EMAIL_PORT == 465  # the port of TLS from the first byte on
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=True) and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10  # seconds; the sweep does other work too
DEFAULT_FROM_EMAIL = value("DEFAULT_FROM_EMAIL") or "heartsite@localhost"
# Where links in mail lead.
SITE_URL = (value("SITE_URL") or next(iter(CSRF_TRUSTED_ORIGINS), f"http://localhost:{PORT}")).rstrip("/")

# Language models ----------------------------------------------------------------------------------

# Endpoints of one's own: the hosts that workers may call, such as llm.example.org or .example.org.
LLM_ALLOWED_HOSTS = items("LLM_ALLOWED_HOSTS")
LLM_ALLOW_PRIVATE = flag("LLM_ALLOW_PRIVATE", default=False)
# A model on the same machine is what the embedded mode is for; a server's own loopback is not.
LLM_ALLOW_LOOPBACK = flag("LLM_ALLOW_LOOPBACK", default=EMBEDDED)
# Where the small model of `make local` answers, on this machine only. 0: it is not started.
LOCAL_MODEL_PORT = number("LOCAL_MODEL_PORT", default=PORT + 1)

# The REST API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    # No browsable pages: they need inline scripts, which the policy above forbids.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "heartsite",
    "DESCRIPTION": "Studies, dialogues and verdicts. For staff, read-only.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}

# Logs: no address, no query (heartsite/logs.py) ---------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"routes": {"()": "heartsite.logs.RoutesNotAddresses"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["routes"],
        }
    },
    "root": {"handlers": ["console"], "level": value("LOG_LEVEL") or "INFO"},
    "loggers": {
        # Django's own handlers are taken away, so that nothing goes round the filter.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # Says on every start of the embedded mode that the broker of files has no host name.
        "kombu": {"level": "ERROR"},
    },
}
