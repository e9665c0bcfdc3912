"""`python -m bot check`: the catalogue, in plain Swedish, for those who keep it."""

from __future__ import annotations

from typing import TextIO

from bot.database import now
from bot.routing.catalogue import Catalogue, CatalogueError, Mode
from bot.routing.check import check, summary


def check_catalogue(mode: Mode, target: TextIO) -> int:
    """Print every remark; the exit code is 1 when something is wrong, 0 when it is only unconfirmed."""
    try:
        catalogue = Catalogue.load(mode)
    except CatalogueError as error:
        target.write(f"{error}\n")
        return 1
    remarks = check(catalogue, now().date())
    target.writelines(f"{remark}\n" for remark in remarks)
    target.write(f"{summary(remarks)}\n")
    return int(any(remark.level == "wrong" for remark in remarks))
