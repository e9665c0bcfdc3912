"""A real Chromium against a running door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.talk import leading
from tests.chat.running import Door
from tests.chromium import running_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, once for each file."""
    with running_browser() as running:
        yield running


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """The chat app with a stand-in for Rasa that leads through a whole talk."""
    running = Door(tmp_path, exit_url="{url}/tillganglighet", reply_timeout_seconds=8.0)
    running.rasa.script = leading
    yield running
    running.stop()


class Visit:
    """Pages of one test; every request to another host and every script error is a failure."""

    def __init__(self, browser: Browser, door: Door) -> None:
        self._browser = browser
        self.door = door
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self._contexts: list[Any] = []

    def open(self, path: str = "/chatt", **options: Any) -> Page:
        """A page at this address in a context of its own."""
        wanted = {"viewport": {"width": 1280, "height": 800}, "locale": "sv-SE", "service_workers": "block", **options}
        context = self._browser.new_context(**wanted)
        self._contexts.append(context)
        # Listened to, not intercepted: a beacon that is held up while its page goes away is broken off by that alone.
        context.on("request", lambda request: self._check(request.url))
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        page.goto(self.door.url + path)
        return page

    def close(self) -> None:
        """Close all, and look at what was noted."""
        for context in self._contexts:
            context.close()
        assert not self.foreign, f"The page asked other hosts: {self.foreign}"
        assert not self.errors, self.errors

    def _check(self, url: str) -> None:
        if not url.startswith((self.door.url, "data:", "blob:", "about:")):
            self.foreign.append(url)

    def _note(self, kind: str, text: str) -> None:
        # Refusals of the API are shown as errors by the console; what matters are policy and script.
        if kind == "error" and "Failed to load resource" not in text:
            self.errors.append(text)


@pytest.fixture
def visit(browser: Browser, door: Door) -> Iterator[Visit]:
    """Open pages and close them."""
    visiting = Visit(browser, door)
    yield visiting
    visiting.close()
