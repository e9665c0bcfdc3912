"""The page's files as they are sent: pieces of script put together, comments and indents left at home, zipped once."""

from __future__ import annotations

import gzip
import re
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
    plain = {name: squeeze_style(text) if name.endswith(".css") else text for name, text in plain.items()}
    scripts = {name: _join(folder, pieces) for name, pieces in SCRIPTS.items()}
    return {name: _asset(name, text) for name, text in {**plain, **scripts}.items()}


def tidy(source: str) -> str:
    """Without indents and blank lines, and without lines that are a comment as a whole."""
    lines = [line.strip() for line in source.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith(COMMENTS))


def squeeze_style(style: str) -> str:
    """A style sheet without the blanks that only its readers need."""
    # A blank before a colon may part two selectors; after one it never means anything.
    return _outside_quotes(style, r"\s*([{};,>])\s*|(:)\s+", r"\1\2").replace(";}", "}")


def squeeze_script(script: str) -> str:
    """A script without the blanks around signs; every line stays a line, and what stands in quotes as it is.

    The text of a template (`…`) is taken for code: none may hold a sign with blanks around it (a test looks).
    """
    signs = _outside_quotes(script, r" (=>|===|!==|&&|\|\||\?|:|=|<|>=|>|\|\|=|\?\?|\+|\*) ", r"\1")
    return _outside_quotes(signs, r"([;,{]) |(\bif|\bfor|\bwhile|(?<=\))) (?=\S)| (?=})", r"\1\2")


def _outside_quotes(source: str, pattern: str, replacement: str) -> str:
    parts = re.split(r'("[^"\n]*")', source)
    return "".join(part if part.startswith('"') else re.sub(pattern, replacement, part) for part in parts)


def _join(folder: Path, pieces: tuple[str, ...]) -> str:
    """One script with names of its own."""
    source = "\n".join((folder / f"{piece}.js").read_text(encoding="utf-8") for piece in pieces)
    return f'(() => {{\n"use strict";\n{squeeze_script(tidy(source))}\n}})();\n'


def _asset(name: str, text: str) -> Asset:
    plain = text.encode("utf-8")
    return Asset(TYPES[Path(name).suffix], plain, gzip.compress(plain, 9, mtime=0))
