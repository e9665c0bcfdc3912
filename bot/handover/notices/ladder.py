"""Which ways a notice takes: up the ladder of its unit, or, where a unit has none, the ways that the settings name.

The file of ladders is read anew when it changes: whoever is on call next week is written in without a restart. A file
that has become faulty changes nothing and is said in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.handover.notices.delivery import Channel
from bot.handover.notices.notice import UNDELIVERED, Notice
from bot.handover.notices.on_call import Rung
from bot.handover.notices.on_call_file import read_on_call

log = structlog.get_logger(__name__)

Steps = tuple[tuple[Channel, ...], ...]
"""The channels of each rung of one ladder."""


@dataclass
class Ladders:
    """The ways of every notice. `units`: service → receiving unit; `house`: the ways that the settings name.

    `last_resort` are those of the house's that lead anywhere, for an alarm that has passed the last rung. `build`
    makes the channels of a rung; `secrets` are those that the file may name.
    """

    path: Path
    secrets: Mapping[str, str]
    units: Mapping[str, str]
    house: Sequence[Channel]
    last_resort: Sequence[Channel]
    build: Callable[[str, Rung], Sequence[Channel]]
    _steps: dict[str, Steps] = field(default_factory=dict)
    _written_at: int = 0

    def load(self) -> None:
        """Read the file for the first time.

        Raises:
            OnCallError: it is wrong. Later faults are only logged, and the ladders of before stay.
            bot.settings.SettingsError: it has mail, and there is no mail server.
        """
        self._written_at = self._last_written()
        on_call = read_on_call(self.path, self.secrets)
        self._steps = {unit: self._built(unit, ladder) for unit, ladder in on_call.ladders.items()}

    def ways(self, notice: Notice) -> Sequence[Channel]:
        """Every channel up to the notice's rung; for an alarm that has passed the last rung, the house's too."""
        self._reload()
        unit = self._unit(notice.service)
        if unit is None:
            return self.house
        steps = self._steps[unit]
        channels = [channel for rung in steps[: notice.reach] for channel in rung]
        beyond = notice.kind == UNDELIVERED and notice.reach > len(steps)
        return [*channels, *self.last_resort] if beyond else channels

    def _unit(self, service: str) -> str | None:
        return next((unit for unit in (self.units.get(service, ""), service) if unit in self._steps), None)

    def _built(self, unit: str, ladder: Sequence[Rung]) -> Steps:
        return tuple(tuple(self.build(unit, rung)) for rung in ladder)

    def _reload(self) -> None:
        written = self._last_written()
        if written in (0, self._written_at):
            return
        try:
            self.load()
            log.info("on_call_read", units=len(self._steps))
        except ValueError as error:  # a fault of the file or of what it needs; `python -m bot check` says which
            log.error("on_call_file_wrong", error=type(error).__name__)

    def _last_written(self) -> int:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0
