"""Logs that name no address and no query.

A rater's address is as good as a password, and a recruitment platform puts the participant's id
into the query. So a log line names the route ("r/<uuid:token>/") where Django would name the path,
and a traceback keeps its lines but not the values that came with the request.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from gunicorn import glogging
from gunicorn.config import Config

#: A rater's address holds one, and nothing else that is logged does.
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
UNMATCHED = "(unmatched address)"
REMOVED = "(removed)"

# Shorter values are part of everything, and replacing them would make a traceback unreadable.
SHORTEST_QUERY_VALUE = 3
SHORTEST_KEY = 8

_current: ContextVar[HttpRequest | None] = ContextVar("current", default=None)


def remember_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: let the filter know the request while it is answered.

    Only some of Django's own log records carry the request; ours and a library's don't.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _current.set(request)
        try:
            return get_response(request)
        finally:
            _current.reset(token)

    return answer


class RoutesNotAddresses(logging.Filter):
    """For a handler: rewrites the records that were logged while a request was answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.server":
            return _without_request_line(record)
        request = getattr(record, "request", None) or _current.get()
        if isinstance(request, HttpRequest):
            _rewrite(record, dict(_replacements(request)), dict(_secrets(request)))
        return True


class GunicornLogger(glogging.Logger):
    """gunicorn's log without an access log, callers' addresses and what they asked for."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.addFilter(_no_request_in_gunicorn)


def _no_request_in_gunicorn(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    if text.startswith("Invalid request from ip="):
        record.msg, record.args = "Invalid request: not understood as HTTP, refused", ()
    elif text.startswith("Error handling request ") and isinstance(record.args, tuple):
        uri = str(record.args[-1]) if record.args else ""
        parts = urlsplit(uri)
        hidden = {uri: REMOVED, parts.path: REMOVED} | dict(_hidden_query(parts.query))
        record.msg, record.args = "Error handling request", ()
        _rewrite(record, {}, {key: new for key, new in hidden.items() if len(key) > 1})
    return True


def route_of(request: HttpRequest) -> str:
    """The pattern that this request's path matches, such as "join/<slug:slug>/"."""
    match = request.resolver_match
    if match is None:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return UNMATCHED
    return f"/{match.route}"


def _replacements(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What stands for the path, in messages."""
    route = route_of(request)
    for address in (request.get_full_path(), request.path, request.path_info):
        yield address, route
        yield unquote(address), route
        # Django escapes what is not ASCII before it logs a path: a link pasted with its quotation mark.
        yield address.encode("unicode_escape").decode(), route


def _secrets(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What must not stand anywhere, tracebacks included."""
    route = route_of(request)
    match = request.resolver_match
    if route == UNMATCHED or (match is not None and match.kwargs):
        yield request.path, route
    for header in ("HTTP_ORIGIN", "HTTP_REFERER", "HTTP_HOST"):
        told = request.META.get(header, "")
        if len(told) >= SHORTEST_KEY:
            yield told, REMOVED
    yield from _hidden_query(request.META.get("QUERY_STRING", ""))
    keys = [*(match.kwargs.values() if match else ()), *request.COOKIES.values()]
    for key in map(str, keys):
        if len(key) >= SHORTEST_KEY:
            yield key, REMOVED


def _hidden_query(query: str) -> Iterator[tuple[str, str]]:
    if query:
        yield query, REMOVED
    for _name, sent in parse_qsl(query):
        if len(sent) >= SHORTEST_QUERY_VALUE:
            yield sent, REMOVED


def _rewrite(record: logging.LogRecord, paths: dict[str, str], secrets: dict[str, str]) -> None:
    record.msg, record.args = _replaced(record.getMessage(), paths | secrets), ()
    if record.exc_info and record.exc_info[0]:
        # Formatters print exc_text where it is set, and don't format the exception again.
        trace = _replaced(logging.Formatter().formatException(record.exc_info), secrets)
        # PostgreSQL quotes the whole row that a constraint refused.
        record.exc_text = re.sub(r"(?m)^DETAIL:.*$", f"DETAIL: {REMOVED}", trace)


def _replaced(text: str, new_for: dict[str, str]) -> str:
    """Longest first, so that no address survives in part. The bare "/" is everybody's."""
    for old in sorted(new_for, key=len, reverse=True):
        if len(old) > 1:
            text = text.replace(old, new_for[old])
    return UUID.sub(REMOVED, text)


def _without_request_line(record: logging.LogRecord) -> bool:
    """Django's development server: keep method and status, drop what it says of callers."""
    line = re.sub(r'"(\w+) \S+ (HTTP/[\d.]+)"', r'"\1 (address) \2"', record.getMessage())
    record.msg, record.args = line, ()
    return "Broken pipe from" not in line
