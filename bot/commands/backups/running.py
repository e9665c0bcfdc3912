"""Whether the installation is at work: a database must not be changed under it."""

from __future__ import annotations

import socket

from bot.settings import Settings


def listening(settings: Settings) -> list[str]:
    """The processes of this installation that answer on their port, such as "chat (port 8000)"."""
    ports = {
        "chat": settings.chat_port,
        "staff": settings.staff_port,
        "rasa": settings.rasa_port,
        "actions": settings.actions_port,
    }
    host = "127.0.0.1" if settings.host in ("", "0.0.0.0", "::") else settings.host
    return [f"{name} (port {port})" for name, port in ports.items() if _answers(host, port)]


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
