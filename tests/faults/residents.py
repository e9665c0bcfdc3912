"""Residents in a storm: each hands over once, and does what our page and people do when something does not answer.

Sends again with the same id what was not answered, clicks twice, loses the connection in the middle; and when the
answer is "I do not know whether it went through", asks again for a while and then presses once more.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from bot.sentences import Sentences
from tests.town import Answer, call, headers_of

SENTENCES = Sentences.load("demo")
LATE = SENTENCES.text("utter_label_answer_later")
PROMISED = SENTENCES.text("utter_case_no_promise").split(".")[0]
OPENINGS = (
    "min brorsa vill hoppa av men han vågar inte ringa",
    "jag vill lämna gänget men törs inte",
    "hur lämnar man ett kriminellt gäng",
)
WAYS = ("receipt", "callback")
TWISTS = ("plain", "again", "double", "cut")
PATIENCE_SECONDS = 600
# People read before they press; so the presses are spread over the storm.
THINKING_SECONDS = 4
# So often the same id is asked about again after "I do not know", before the button is pressed anew.
UNSURE = 4


class InHand:
    """How many hand-overs are under way at this moment."""

    def __init__(self) -> None:
        self._count, self._changed = 0, threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1

    def any(self) -> bool:
        """Whether there is one."""
        with self._changed:
            return self._count > 0

    def wait(self, seconds: float) -> None:
        """Until there is one, or for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > 0, seconds)


@dataclass
class Resident:
    """One hand-over: `way` is how an answer is to come, `twist` what goes wrong on the person's side."""

    address: str
    number: int
    way: str
    twist: str
    chance: random.Random
    in_hand: InHand
    is_stored: Callable[[str], bool]
    token: str = ""
    presses: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    longest: float = 0.0
    unanswered: int = 0

    @property
    def phone(self) -> str:
        """Where this one wants to be called: a number of the series kept for fiction."""
        return f"+4670174{600 + self.number % 100:04d}"

    @property
    def when(self) -> str:
        """What nobody else writes in the form."""
        return f"bäst efter {self.number}"

    @property
    def told(self) -> set[str]:
        """Every receipt that was shown."""
        return {receipt for shown in self.receipts.values() for receipt in shown}

    def hand_over(self) -> None:
        """From the first word to the promise; what went wrong stands in `faults`."""
        until = time.monotonic() + PATIENCE_SECONDS
        try:
            self._arrive(until)
            choice = self._speak(until)
            time.sleep(self.chance.uniform(0, THINKING_SECONDS))
            self._press(choice, until)
        except TimeoutError as error:
            self.faults.append(str(error))

    def ask_again(self) -> None:
        """As a page that comes back: what was pressed is sent once more, and what is new is fetched."""
        for body in list(self.presses):
            if not self._post(body):
                self.faults.append("no answer although everything runs again")
        answer = self._ask("GET", "/api/messages?after=m0")
        if answer is None or answer.status != 200:
            self.faults.append("the news could not be fetched although everything runs again")
        else:
            self._look(answer, "news")

    def come_back(self) -> tuple[str, str]:
        """With the receipt from another device: writes in the thread. Returns the receipt and the words."""
        (receipt, *_), words = sorted(self.told), f"jag är nummer {self.number}"
        came = self._ask("POST", "/api/receipt", {"code": receipt}, None)
        if came is None or came.status != 200:
            self.faults.append(f"the receipt opened nothing: {came and came.status}")
            return receipt, words
        said = self._ask("POST", "/api/messages", {"id": str(uuid.uuid4()), "text": words}, came.body["token"])
        if said is None or said.status != 200:
            self.faults.append(f"nothing could be written with the receipt: {said and said.status}")
        return receipt, words

    def _arrive(self, until: float) -> None:
        while not self.token:
            answer = self._ask("POST", "/api/conversations", {}, None)
            if answer is not None and answer.status == 201:
                self.token = answer.body["token"]
            else:
                self._pause(until, "no conversation could be opened")

    def _speak(self, until: float) -> str | None:
        """Tell what it is about. Returns the id of the button, or None for the form, which needs none."""
        while True:
            answer = self._say(self.chance.choice(OPENINGS), until)
            if self.way == "callback":
                return None
            if LATE in answer.choices:
                return answer.choices[LATE]
            self._pause(until, "the button was never offered")

    def _say(self, text: str, until: float) -> Answer:
        body = {"id": str(uuid.uuid4()), "text": text}
        while True:
            answer = self._ask("POST", "/api/messages", body)
            if answer is not None and answer.status == 200:
                return answer
            self._pause(until, "a message was never answered")

    def _press(self, choice: str | None, until: float) -> None:
        while not self.told:
            body = self._body(choice)
            self.presses.append(body)
            self._first(body)
            self._insist(body, until)
        if self.twist == "again":
            self._post(body)
            self._post(body)

    def _body(self, choice: str | None) -> dict[str, Any]:
        press = {"id": str(uuid.uuid4())}
        if choice is not None:
            return {**press, "choice": choice}
        shared = self.chance.choice(("topic", "summary", "conversation"))
        return {**press, "phone": self.phone, "when": self.when, "shared": shared}

    def _first(self, body: dict[str, Any]) -> None:
        if self.twist == "cut":
            self._cut(body, self.chance.uniform(0, 0.3))
        elif self.twist == "double":
            second = threading.Thread(target=self._post, args=(body,))
            second.start()
            self._post(body)
            second.join()

    def _insist(self, body: dict[str, Any], until: float) -> None:
        """Until it is told, or until it was answered so often without being told that one presses anew."""
        unsure = 0
        while unsure < UNSURE and not self.told:
            unsure += self._post(body)
            if not self.told:
                self._pause(until, "a hand-over was never promised")

    def _post(self, body: dict[str, Any]) -> bool:
        """Send it; True when it was answered."""
        path = "/api/contact" if self.way == "callback" else "/api/messages"
        with self.in_hand:
            answer = self._ask("POST", path, body)
        if answer is None:
            return False
        if answer.status in (401, 404, 413, 415, 422):
            self.faults.append(f"a hand-over was refused with {answer.status}")
        self._look(answer, body["id"])
        return answer.status < 300

    def _look(self, answer: Answer, press: str) -> None:
        """Never a false yes: what is promised is committed at the moment in which it is shown."""
        cases = [message["case"]["receipt"] for message in answer.messages if message.get("case")]
        if any(message["text"].startswith(PROMISED) for message in answer.messages) is not bool(cases):
            self.faults.append("a promise without a case, or a case without a promise, in one answer")
        for receipt in set(cases) - self.told:
            if not self.is_stored(receipt):
                self.faults.append("FALSE PROMISE: a case was told of that is not in the database")
        if press != "news" or set(cases) - self.told:
            self.receipts.setdefault(press, set()).update(cases)

    def _ask(self, method: str, path: str, body: object = None, token: str | None = "own") -> Answer | None:
        signed = self.token if token == "own" else token
        began = time.monotonic()
        try:
            return call(self.address, method, path, body, signed, forwarded=self._network)
        except (OSError, HTTPException):
            self.unanswered += 1
            return None
        finally:
            self.longest = max(self.longest, time.monotonic() - began)

    def _cut(self, body: dict[str, Any], seconds: float) -> None:
        """Send it and hang up without reading the answer."""
        path, parts = ("/api/contact" if self.way == "callback" else "/api/messages"), urlsplit(self.address)
        content = json.dumps(body).encode()
        head = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(content)}"]
        head += [f"{name}: {value}" for name, value in headers_of(self.token, self._network).items()]
        try:
            address = parts.hostname or "", parts.port or 80
            with self.in_hand, socket.create_connection(address, timeout=5) as connection:
                connection.sendall("\r\n".join([*head, "", ""]).encode() + content)
                time.sleep(seconds)
        except OSError:
            self.unanswered += 1

    @property
    def _network(self) -> str:
        # Each has a household of their own: nobody is folded into a crowd, as they would be from one address.
        return f"2001:db8:{self.number // 65536:x}:{self.number % 65536:x}::1"

    def _pause(self, until: float, what: str) -> None:
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(self.chance.uniform(0.5, 2.5))
