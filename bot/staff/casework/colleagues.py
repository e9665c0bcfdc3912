"""To whom a case can be handed on: colleagues of its service, and services where somebody works."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.switch import services_off
from bot.tables import staff


def colleagues(connection: Connection, service: str, but: str) -> dict[str, str]:
    """Id → alias of everybody else who works for the service."""
    return {row.id: row.alias for row in _workers(connection) if service in row.services and row.id != but}


def staffed_services(connection: Connection, but: str) -> list[str]:
    """Ids of the other services that have somebody and take cases just now."""
    staffed = {service for row in _workers(connection) for service in row.services}
    return sorted(staffed - {but, *services_off(connection)})


def _workers(connection: Connection) -> list[Any]:
    wanted = staff.c.role == "case_worker", staff.c.disabled_at.is_(None)
    columns = staff.c.id, staff.c.alias, staff.c.services
    return list(connection.execute(select(*columns).where(*wanted).order_by(staff.c.alias)))
