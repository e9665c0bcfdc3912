"""The page's files as they are sent: pieces of script put together, comments and indents left at home, zipped once."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path

# A script that is served → the files it is made of. One request each, and what two scripts need is written once.
SCRIPTS = {
    "exit.js": ("common", "shift", "exit"),
    "chat.js": (
        *("common", "drawing", "server", "queue", "stream", "contact"),
        *("idle", "feedback", "copy", "remember", "chat"),
    ),
    "widget.js": ("shift", "widget"),
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
COMMENTS = ("//", "/*")


@dataclass(frozen=True)
class Asset:
    """A file of the page, plain and zipped."""

    content_type: str
    plain: bytes = field(repr=False)
    zipped: bytes = field(repr=False)


def load_assets(folder: Path) -> dict[str, Asset]:
    """Every file that may be asked for, by name."""
    files = sorted(path for path in folder.iterdir() if path.suffix in TYPES and path.suffix != ".js")
    plain = {path.name: tidy(path.read_text(encoding="utf-8")) for path in files}
    scripts = {name: _join(folder, pieces) for name, pieces in SCRIPTS.items()}
    return {name: _asset(name, text) for name, text in {**plain, **scripts}.items()}


def tidy(source: str) -> str:
    """Without indents and blank lines, and without lines that are a comment as a whole."""
    lines = [line.strip() for line in source.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(COMMENTS))


def _join(folder: Path, pieces: tuple[str, ...]) -> str:
    """One script with names of its own."""
    source = "\n".join((folder / f"{piece}.js").read_text(encoding="utf-8") for piece in pieces)
    return f'(() => {{\n"use strict";\n{tidy(source)}\n}})();\n'


def _asset(name: str, text: str) -> Asset:
    plain = text.encode("utf-8")
    return Asset(TYPES[Path(name).suffix], plain, gzip.compress(plain, 9, mtime=0))
