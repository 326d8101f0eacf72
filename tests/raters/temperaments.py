"""Scripted raters over real HTTP, of different temperaments: what crowds do, on purpose."""

from __future__ import annotations

import http.client
import random
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.raters.journeys import Fields, Rater

MOST_REDIRECTS = 10


class HttpBrowser:
    """One browser: a connection of its own, cookies, redirects; no JavaScript."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("localhost", port, timeout=120)
        self.cookies: SimpleCookie = SimpleCookie()
        self.statuses: list[int] = []

    def get(self, address: str) -> tuple[str, str]:
        return self.request("GET", address)

    def post(self, address: str, fields: Fields) -> tuple[str, str]:
        return self.request("POST", address, fields)

    def request(self, method: str, address: str, fields: Fields | None = None) -> tuple[str, str]:
        """Where the request ends up, and the page there."""
        for _ in range(MOST_REDIRECTS):
            answer, text = self.once(method, address, fields)
            if answer.status not in (301, 302, 303):
                return address, text
            address, method, fields = (
                urlsplit(answer.headers["Location"])._replace(scheme="", netloc="").geturl(),
                "GET",
                None,
            )
        raise AssertionError(f"too many redirects at {address}")

    def once(
        self, method: str, address: str, fields: Fields | None = None
    ) -> tuple[http.client.HTTPResponse, str]:
        headers = {"Cookie": "; ".join(f"{m.key}={m.value}" for m in self.cookies.values())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(fields) if fields is not None else None
        try:
            answer, text = self.exchange(method, address, body, headers)
        except (ConnectionError, http.client.BadStatusLine):
            # The server closed the idle connection. A browser tries again, also with a form.
            self.connection.close()
            answer, text = self.exchange(method, address, body, headers)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        self.statuses.append(answer.status)
        assert answer.status < 500, (answer.status, method, address.split("/")[1])
        return answer, text

    def exchange(
        self, method: str, address: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read().decode()


class LeftClicker(Rater):
    """Always takes the first answer."""

    def answers_to(self, page: str) -> Fields:
        self.choose = lambda rng, values: values[0]
        return super().answers_to(page)


class Fumbler(Rater):
    """Forgets an answer each time, then gives it."""

    def answers_to(self, page: str) -> Fields:
        fields = super().answers_to(page)
        if self.rng.random() < 0.5:
            fields.pop(next(iter(fields)))
        return fields


class DoubleTabber(Rater):
    """Sends every form twice, at the same moment, from two tabs."""

    def walk(self, join: str) -> str:
        browser = self.browser
        assert isinstance(browser, HttpBrowser)
        self.browser = _TwoTabs(browser)
        return super().walk(join)


class _TwoTabs:
    """Posts everything twice at once over two connections that share their cookies."""

    def __init__(self, first: HttpBrowser) -> None:
        self.first = first
        self.second = HttpBrowser(first.connection.port)
        self.second.cookies = first.cookies

    def get(self, address: str) -> tuple[str, str]:
        return self.first.get(address)

    def post(self, address: str, fields: Fields) -> tuple[str, str]:
        with ThreadPoolExecutor(2) as both:
            one = both.submit(self.first.post, address, fields)
            two = both.submit(self.second.post, address, fields)
            two.result()
            return one.result()


class Corrector(Rater):
    """Goes back to the pair before and changes the answers."""

    def answers_to(self, page: str) -> Fields:
        back = re.search(r'href="([^"]*/pair/[^"]*)"', page.split('class="send"')[-1])
        if back and self.rng.random() < 0.5:
            earlier = back[1]
            _, again = self.browser.get(earlier)
            self.browser.post(earlier, super().answers_to(again))
        return super().answers_to(page)


class Quitter(Rater):
    """Stops properly after two pairs; training pairs, which feedback follows, are not counted."""

    def walk(self, join: str) -> str:
        address, page = self.arrive(join)
        rated = 0
        while rated < 2:
            before = address
            address, page = self.step(address, page)
            if not address or (before == address and address.endswith("/consent/")):
                return ""
            rated += "/pair/" in before and "/feedback/" not in address
        stop = "/".join(address.split("/")[:3]) + "/stop/"
        return "stopped" if "Your completion code" in self.browser.post(stop, {})[1] else ""


class Skipper(Rater):
    """Opts out of a theme where there is one, and skips a pair now and then."""

    def consent(self, address: str) -> tuple[str, str]:
        return self.browser.post(address, {"answer": "yes", "theme": "1"})

    def step(self, address: str, page: str) -> tuple[str, str]:
        skip = re.search(r'href="([^"]*/skip/[^"]*)"', page)
        if skip and "/pair/" in address and self.rng.random() < 0.3:
            return self.browser.post(skip[1], {"reason": "other"})
        return super().step(address, page)


TEMPERAMENTS: tuple[type[Rater], ...] = (Rater, LeftClicker, Fumbler, DoubleTabber, Corrector, Rater)


def crowd(port: int, join: str, kinds: list[type[Rater]], *, at_once: int, seed: int) -> list[str]:
    """The codes that raters of these kinds end with, `at_once` of them at the same time."""

    def one(number: int) -> str:
        rater = kinds[number](HttpBrowser(port), rng=random.Random(f"{seed}/{number}"))
        return rater.walk(join)

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, range(len(kinds))))
