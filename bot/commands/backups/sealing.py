"""The file of a backup: encrypted piece by piece, so that a database of any size passes through a few megabytes.

AES-256-GCM over pieces of one megabyte, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015; age
and Tink do the same): each piece has its number in its nonce, the last one is marked, so that no piece can be changed,
left out, moved or cut off. Each file has a key of its own (HKDF-SHA256 of `BACKUP_KEY`, a random salt and the head), so
that nonces never meet and the head is bound to the content. Fernet would hold the whole file in memory, three times.

    "VAGVISAREN BACKUP 1\\n" · length of the head (4 bytes) · head (JSON) · salt (16) · pieces (each + 16 bytes)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.settings import PREFIX, Settings, SettingsError

MAGIC = b"VAGVISAREN BACKUP 1\n"
PIECE = 1024 * 1024
TAG, SALT, KEY, LONGEST_HEAD = 16, 16, 32, 10_000


class BackupError(Exception):
    """Backup or restore cannot go on; the message says why and what to do, and holds nothing of the content."""


@dataclass(frozen=True)
class Head:
    """What can be read of a backup without its key. `database` is sqlite or postgresql, `made_at` ISO 8601 in UTC."""

    made_at: str
    database: str
    schema: str

    @property
    def moment(self) -> datetime:
        """When the copy was made."""
        return datetime.fromisoformat(self.made_at)


def read_key(settings: Settings) -> bytes:
    """The 32 bytes of `BACKUP_KEY`.

    Raises:
        SettingsError: it is not set, or is something else.
    """
    make_one = "Make one with `openssl rand -base64 32`, and keep it where the backups are not: without it none opens."
    if not settings.backup_key:
        raise SettingsError(f"Set {PREFIX}BACKUP_KEY. {make_one}")
    try:
        key = base64.b64decode(settings.backup_key.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY:
        raise SettingsError(f"{PREFIX}BACKUP_KEY must be 32 bytes in base64. {make_one}")
    return key


def seal_stream(source: IO[bytes], target: IO[bytes], key: bytes, head: Head) -> str:
    """Encrypt everything; returns the SHA-256 of what was read, in hexadecimal."""
    salt, said = os.urandom(SALT), json.dumps(asdict(head)).encode()
    target.write(MAGIC + len(said).to_bytes(4, "big") + said + salt)
    box, digest, number = _box(key, salt, said), hashlib.sha256(), 0
    piece = _read(source, PIECE)
    while True:
        following = _read(source, PIECE)
        digest.update(piece)
        target.write(box.encrypt(_nonce(number, last=not following), piece, None))
        if not following:
            return digest.hexdigest()
        piece, number = following, number + 1


def read_head(source: IO[bytes]) -> Head:
    """The head of a backup; nothing of it is proven before the first piece has been opened.

    Raises:
        BackupError: this is no backup of ours.
    """
    return _read_start(source)[0]


def open_stream(source: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The content, piece by piece, each proven. Only when the last one has come is it known that none is missing.

    Raises:
        BackupError: no backup, another key, or a file that was changed or cut off.
    """
    _, said, salt = _read_start(source)
    box, number = _box(key, salt, said), 0
    piece = _read(source, PIECE + TAG)
    while piece:
        following = _read(source, PIECE + TAG)
        try:
            yield box.decrypt(_nonce(number, last=not following), piece, None)
        except InvalidTag:
            raise BackupError(_unopened(number)) from None
        piece, number = following, number + 1
    if number == 0:
        raise BackupError(_unopened(1))


def digest_of(source: IO[bytes], key: bytes) -> str:
    """Open everything and return the SHA-256 of the content, in hexadecimal.

    Raises:
        BackupError: as `open_stream`.
    """
    digest = hashlib.sha256()
    for piece in open_stream(source, key):
        digest.update(piece)
    return digest.hexdigest()


def _unopened(number: int) -> str:
    if number == 0:
        return (
            f"The backup does not open: {PREFIX}BACKUP_KEY is another key, or the file is damaged from its beginning."
        )
    return f"The backup is damaged or cut off after {number} MB. Nothing of it has been used."


def _read_start(source: IO[bytes]) -> tuple[Head, bytes, bytes]:
    try:
        if source.read(len(MAGIC)) != MAGIC:
            raise ValueError
        length = int.from_bytes(source.read(4), "big")
        said, salt = source.read(min(length, LONGEST_HEAD)), source.read(SALT)
        head = Head(**json.loads(said))
        if len(said) != length or len(salt) != SALT or head.moment.tzinfo is None:
            raise ValueError
    except (ValueError, TypeError, AttributeError):
        raise BackupError("This file is no backup made by `python -m bot backup`.") from None
    return head, said, salt


def _box(key: bytes, salt: bytes, said: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt, MAGIC + said).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _read(source: IO[bytes], size: int) -> bytes:
    """Exactly so much, or less at the end: a pipe gives what it has."""
    parts, left = [], size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
