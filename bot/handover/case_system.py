"""The city's case system, behind one interface, and the one way into it that there is: a folder it fetches from.

Another system gets another class with `hand_in`; `create_case_system` is where it is chosen.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.handover.case_file import CaseFile
from bot.handover.ledger import sync_folder
from bot.handover.notices.delivery import NotDeliveredError
from bot.settings import Settings


class CaseSystem(Protocol):
    """Where a case is handed in. Handing the same reference in twice leaves one case there, the newer one."""

    def hand_in(self, file: CaseFile) -> None:
        """Return when the other side has it for good; may block.

        Raises:
            bot.handover.notices.delivery.NotDeliveredError: try again later; a short code without any personal data.
            bot.handover.notices.delivery.RefusedError: do not try again.
        """


@dataclass(frozen=True)
class FolderCaseSystem:
    """Writes `<reference>.json` into a folder, whole or not at all, readable by its owner only.

    The folder is never made here: where it is a share that is not mounted, a new one would swallow the cases.
    """

    folder: Path

    def hand_in(self, file: CaseFile) -> None:
        """Under another name first, on disk, then renamed: whoever fetches never sees half a file."""
        try:
            self._remove_unfinished(file.reference)
            part = self.folder / f".{file.reference}.{secrets.token_hex(4)}.part"
            _write(part, json.dumps(file.content, ensure_ascii=False, indent=1).encode())
            part.replace(self.folder / f"{file.reference}.json")
            sync_folder(self.folder)
        except OSError as error:
            raise NotDeliveredError(type(error).__name__) from None

    def _remove_unfinished(self, reference: str) -> None:
        # What a killed relay has left behind holds as much as the file itself.
        for part in self.folder.glob(f".{reference}.*.part"):
            part.unlink(missing_ok=True)


def create_case_system(settings: Settings) -> CaseSystem | None:
    """The one that the settings name, or None: then staff register by hand."""
    return FolderCaseSystem(Path(settings.case_system_folder)) if settings.case_system_folder else None


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
