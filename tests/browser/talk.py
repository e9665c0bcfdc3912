"""What the stand-in for Rasa says in the browser tests: a talk with choices, a card, a form, a case and danger."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.sync_api import Frame, Page

from tests.chat.standin import answer, message

CARD = {"id": "exit_programme", "district": None}
WAYS = [
    {"label": "Få svar här, utan att säga vem jag är", "payload": "/answer_later"},
    {"label": "Bli uppringd", "payload": "/call_back"},
]


async def leading(body: dict[str, Any]) -> tuple[int, Any]:
    """Answers by words in the message."""
    said = (body.get("payload") or body.get("text") or "").lower()
    if "/call_back" in said:
        return answer(message("Fyll i formuläret, så ringer någon dig.", service=CARD, form="contact"))
    if "lämna" in said:
        return answer(message("Här finns hjälp.", service=CARD), message("Hur vill du gå vidare?", choices=WAYS))
    if "långsamt" in said:
        await asyncio.sleep(2.2)
        return answer(message("Det tog en stund."))
    if "andas" in said:
        urgent = {"urgent": "emergency", "service": {"id": "emergency_112", "district": None}}
        return answer(message("Ring 112 nu.", **urgent), message("Kan du ringa nu?", urgent="emergency"))
    return answer(message(f"Du skrev: {said}", choices=[{"label": "Att vara förälder", "payload": "/parenting"}]))


def say(page: Page, text: str) -> None:
    """Write a message and wait for an answer to it."""
    before = page.locator("#log .bot").count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    page.wait_for_function("n => document.querySelectorAll('#log .bot').length > n", arg=before)


def focused(page: Page) -> str:
    """The id of what has the focus, or its name and value."""
    return str(page.evaluate("(document.activeElement.id || document.activeElement.tagName)"))


def framed_chat(page: Page) -> Frame:
    """The chat inside the open widget, once its script runs."""
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_url("**/chatt", wait_until="load")
    return frame
