"""Where the files of models lie: in the model directory, or beside the code, where an image brings its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.settings import ROOT
from bot.versions.made_from import PREFIX, SUFFIX

BESIDE_THE_CODE = ROOT / "models"
CHUNK_BYTES = 1 << 20


def find_file(directory: Path, version: str) -> Path | None:
    """The file of a version, or None. A name that is none of ours finds nothing: it could lead elsewhere."""
    plain = version.startswith(PREFIX) and version.endswith(SUFFIX) and "/" not in version and "\0" not in version
    places = (directory / version, BESIDE_THE_CODE / version) if plain else ()
    return next((path for path in places if path.is_file()), None)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex; 58 MB take a fifth of a second."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
