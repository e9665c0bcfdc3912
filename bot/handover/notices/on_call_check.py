"""What `python -m bot check` says of the on-call ladders: a promise that wakes nobody must not go live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.handover.notices.on_call import Ladder, OnCall, say
from bot.handover.notices.on_call_file import OnCallError, read_on_call
from bot.routing.catalogue import Catalogue
from bot.routing.check import Level, Remark
from bot.routing.facts import Service
from bot.routing.words import say as say_of_catalogue
from bot.settings import Settings


def check_on_call(catalogue: Catalogue, settings: Settings, secrets: Mapping[str, str]) -> list[Remark]:
    """One remark for each thing to look at, faults of the file first.

    A promise without a ladder is a fault in live and a reminder in demo.
    """
    try:
        on_call = read_on_call(Path(settings.on_call), secrets) if settings.on_call else None
    except OnCallError as error:
        return [_of_file(settings, problem) for problem in error.problems]
    ladders = on_call or OnCall({})
    gaps = (_gap(catalogue, service, on_call) for service in catalogue.services.values())
    return [*(gap for gap in gaps if gap), *_ladders(catalogue, settings, ladders)]


def _of_file(settings: Settings, problem: str) -> Remark:
    file, _, rest = problem.partition(", ")
    return Remark("wrong", file if rest else Path(settings.on_call).name, (), rest or problem)


def _gap(catalogue: Catalogue, service: Service, on_call: OnCall | None) -> Remark | None:
    unit = service.receiving_unit.value if service.receiving_unit else None
    if not service.promise_hours or (on_call and on_call.of(service.id, unit)):
        return None
    level: Level = "wrong" if catalogue.mode == "live" else "unknown"
    text = say("remarks", "no_ladder" if on_call else "no_ladder_file", unit=unit or service.id)
    return Remark(level, say_of_catalogue("problems", "service", id=service.id), ("promise_hours",), text)


def _ladders(catalogue: Catalogue, settings: Settings, on_call: OnCall) -> Iterator[Remark]:
    units = {s.receiving_unit.value for s in catalogue.services.values() if s.receiving_unit} | set(catalogue.services)
    promised = {unit for service in catalogue.services.values() if service.promise_hours for unit in _units(service)}
    for unit, ladder in on_call.ladders.items():
        entry = say("entries", "unit", id=unit)
        if unit not in units:
            yield Remark("wrong", entry, ("unit",), say("remarks", "unknown_unit"))
        if not settings.smtp_url and any(rung.mail for rung in ladder):
            yield Remark("wrong", entry, ("mail",), say("remarks", "no_mail_server"))
        yield from _weak(entry, ladder, unit in promised)


def _weak(entry: str, ladder: Ladder, promised: bool) -> Iterator[Remark]:
    if not any(rung.wakes for rung in ladder):
        yield Remark("weak", entry, ("rungs",), say("remarks", "mail_only"))
    if promised and len(ladder) == 1:
        yield Remark("weak", entry, ("rungs",), say("remarks", "one_rung"))


def _units(service: Service) -> tuple[str, ...]:
    return (service.id, service.receiving_unit.value) if service.receiving_unit else (service.id,)
