"""gunicorn's configuration: `gunicorn -c python:heartsite.webserver`.

Loaded outside of Django, so it reads the environment itself. Read also in docs/deployment.md.
"""

from pathlib import Path

from heartsite.environment import number, value
from heartsite.logs import GunicornLogger

wsgi_app = "heartsite.wsgi:application"
bind = f"{value('BIND') or '127.0.0.1'}:{number('PORT', default=8310)}"
#: What BIND may say for "on every address"; the site itself is asked on loopback then.
EVERYWHERE = ("", "0.0.0.0", "[::]")  # noqa: S104 - compared with, never bound here
worker_class = "gthread"
workers = number("WEB_WORKERS", default=2)
threads = number("WEB_THREADS", default=8)
preload_app = True  # imported once, then forked: quicker to start, and the workers share memory
timeout = 60  # seconds without a sign of life from a worker; a long upload is not such a case
graceful_timeout = 10
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats only

# No access log: it would hold raters' addresses and their platform ids.
accesslog = None
logger_class = GunicornLogger
control_socket_disable = True
