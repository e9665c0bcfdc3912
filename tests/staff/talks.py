"""Talks as residents leave them behind, and what a reviewer's list shows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.staff.console import NOW, Client, Console, heard


def listed(client: Client, query: str = "") -> list[str]:
    links = client.get(f"/samtal{query}").page.select("tbody a")
    return [link["href"].partition("?")[0].rpartition("/")[2] for link in links]


def say(console: Console, name: str, *texts: str, **changes: Any) -> str:
    at = NOW - timedelta(minutes=ord(name))
    said = [{"text": text, "understood": heard()} for text in texts]
    return console.talk(name * 32, *said, **{"created_at": at, **changes})
