"""People who write to a fleet without a pause, each from an address of their own, and count what was not answered."""

from __future__ import annotations

import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from typing import Any

from tests.deploy.proxied import Proxy
from tests.town import Answer

TALK = ("min son röker på varje dag", "han är 16", "vi bor i farsta", "vad kostar det?")
PAUSE_SECONDS = 0.4
PATIENCE_SECONDS = 20


@dataclass
class Visitor:
    """Somebody at the proxy: `number` makes the address. Every call is a connection of its own."""

    proxy: Proxy
    number: int
    token: str = ""

    def call(self, method: str, path: str, body: object = None, seconds: float = PATIENCE_SECONDS) -> Answer:
        """One call; OSError or HTTPException when it is not answered at all."""
        line = self.connect(seconds)
        try:
            headers = {"Content-Type": "application/json"} | self._signed()
            line.request(method, path, None if body is None else json.dumps(body), headers)
            got = line.getresponse()
            content = got.read()
            is_json = got.headers.get_content_type() == "application/json" and content
            return Answer(got.status, json.loads(content) if is_json else {}, dict(got.headers))
        finally:
            line.close()

    def connect(self, seconds: float) -> HTTPSConnection:
        """A connection from this visitor's own address on loopback."""
        source = (f"127.0.{2 + self.number // 250}.{1 + self.number % 250}", 0)
        context: ssl.SSLContext = self.proxy.context()
        return HTTPSConnection("localhost", self.proxy.port, timeout=seconds, context=context, source_address=source)

    def arrive(self) -> Visitor:
        """Open a conversation."""
        self.token = self.call("POST", "/api/conversations", {}).body["token"]
        return self

    def say(self, text: str, once: str | None = None) -> Answer:
        """Write a message."""
        return self.call("POST", "/api/messages", {"id": once or str(uuid.uuid4()), "text": text})

    def hand_over(self) -> Answer:
        """The contact form."""
        return self.call("POST", "/api/contact", {"id": str(uuid.uuid4()), "phone": "070-174 06 05", "shared": "topic"})

    def _signed(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def follow(self, after: str, hear: Callable[[dict[str, Any]], None], stop: threading.Event) -> None:
        """The stream of events as the page reads it, until it breaks off or `stop`."""
        line = self.connect(5)
        try:
            line.request("GET", f"/api/events?after={after}", headers=self._signed())
            got, kind = line.getresponse(), ""
            while not stop.is_set():
                text = got.readline().decode()
                if not text:
                    return
                kind = text[7:].strip() if text.startswith("event: ") else kind
                if text.startswith("data: ") and kind == "message":
                    hear(json.loads(text[6:]))
        finally:
            line.close()


@dataclass
class Traffic:
    """So many visitors who come, talk, hand over and go, again and again, until it is left.

    `failed`: every call that was not answered with 200 or 201, or not with what was asked for.
    """

    proxies: tuple[Proxy, ...]
    visitors: int = 4
    answered: int = 0
    longest: float = 0.0
    failed: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _numbers: int = 0

    def __enter__(self) -> Traffic:
        self._threads = [threading.Thread(target=self._come, args=(number,)) for number in range(self.visitors)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def _come(self, way: int) -> None:
        while not self._over.is_set():
            with self._lock:
                self._numbers += 1
                visitor = Visitor(self.proxies[way % len(self.proxies)], self._numbers)
            self._visit(visitor)

    def _visit(self, visitor: Visitor) -> None:
        opened = self._try("open", lambda: visitor.call("POST", "/api/conversations", {}))
        if opened is None:
            return
        visitor.token = opened.body["token"]
        self.tokens.append(visitor.token)
        for text in TALK:
            self._try(f"say {text}", lambda text=text: visitor.say(text))  # type: ignore[misc]
            self._over.wait(PAUSE_SECONDS)
        self._try("page", lambda: visitor.call("GET", "/chatt"))
        self._try("news", lambda: visitor.call("GET", "/api/messages?after=m0"))
        if visitor.number % 3 == 0:
            self._try("hand over", visitor.hand_over)

    def _try(self, what: str, send: Callable[[], Answer]) -> Answer | None:
        began, wrong = time.monotonic(), ""
        answer: Answer | None = None
        try:
            answer = send()
            wrong = "" if answer.status in (200, 201) else f"status {answer.status}"
        except (OSError, HTTPException, ValueError) as error:
            wrong = type(error).__name__
        with self._lock:
            self.longest = max(self.longest, time.monotonic() - began)
            self.answered += not wrong
            if wrong:
                self.failed.append(f"{time.strftime('%H:%M:%S')} {what}: {wrong}")
        return None if wrong else answer
