"""Tables as CSV that a spreadsheet opens safely: nothing that somebody wrote is taken for a formula.

A cell that begins like one gets an apostrophe in front (OWASP, CSV Injection). UTF-8 with a mark, and semicolons: so
does a Swedish Excel read it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as the content of a file."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([as_text(cell) for cell in row])
    return target.getvalue().encode("utf-8-sig")


def as_text(cell: object) -> str:
    """A cell that stays a text, whatever it begins with."""
    said = "" if cell is None else str(cell).replace("\x00", "")
    return f"'{said}" if said.lstrip(" \u00a0\ufeff").startswith(FORMULA) or said.startswith(FORMULA) else said
