"""The file of a backup: opens with its key and in one piece, or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.commands.backups.sealing import (
    PIECE,
    TAG,
    BackupError,
    Head,
    digest_of,
    open_stream,
    read_head,
    read_key,
    seal_stream,
)
from bot.settings import Settings, SettingsError
from tests.test_tree import ROOT

KEY, OTHER = b"k" * 32, b"o" * 32
HEAD = Head("2026-11-22T13:05:00+00:00", "sqlite", "0004")


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    digest = seal_stream(io.BytesIO(content), target, key, HEAD)
    assert digest == hashlib.sha256(content).hexdigest()
    return target.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    return b"".join(open_stream(io.BytesIO(file), key))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_goes_in_comes_out(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed(content)) == content


def test_the_head_is_read_without_a_key_and_holds_nothing_of_the_content() -> None:
    file = sealed(b"kanarie")
    assert read_head(io.BytesIO(file)) == HEAD
    assert b"kanarie" not in file


def test_two_backups_of_the_same_content_differ_everywhere() -> None:
    one, other = sealed(b"x" * 1000), sealed(b"x" * 1000)
    assert one[-1000:] != other[-1000:]


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BackupError, match="BACKUP_KEY is another key"):
        opened(sealed(b"x"), OTHER)


def test_one_changed_bit_anywhere_is_noticed() -> None:
    file = sealed(os.urandom(300))
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1
        with pytest.raises(BackupError):
            opened(bytes(changed))


@pytest.mark.parametrize("left", [0, 5, 100, PIECE, PIECE + 200, 2 * PIECE + 500])
def test_a_file_that_was_cut_off_is_noticed(left: int) -> None:
    file = sealed(os.urandom(3 * PIECE))
    with pytest.raises(BackupError):
        opened(file[:left])


def test_a_file_cut_off_exactly_between_two_pieces_is_noticed() -> None:
    file = sealed(os.urandom(3 * PIECE))
    with pytest.raises(BackupError, match="cut off"):
        opened(file[: -(PIECE + TAG)])


def test_pieces_that_changed_places_are_noticed() -> None:
    file = sealed(os.urandom(3 * PIECE))
    start = len(file) - 3 * (PIECE + TAG)
    first, second = file[start : start + PIECE + TAG], file[start + PIECE + TAG : start + 2 * (PIECE + TAG)]
    with pytest.raises(BackupError):
        opened(file[:start] + second + first + file[start + 2 * (PIECE + TAG) :])


def test_another_head_on_the_same_content_is_noticed() -> None:
    with pytest.raises(BackupError, match="another key, or the file is damaged"):
        opened(sealed(b"x").replace(b'"0004"', b'"0003"'))


@given(some.binary(max_size=300))
def test_what_is_no_backup_is_said_so(rubbish: bytes) -> None:
    with pytest.raises(BackupError, match="no backup"):
        opened(rubbish)
    with pytest.raises(BackupError):
        opened(b"VAGVISAREN BACKUP 1\n" + rubbish)


@pytest.mark.parametrize("bad", ["", "short", "å" * 44, base64.b64encode(b"x" * 31).decode(), "=" * 44])
def test_a_key_that_is_none_is_named_and_not_shown(bad: str) -> None:
    with pytest.raises(SettingsError, match="VAGVISAREN_BACKUP_KEY") as raised:
        read_key(replace(Settings("i", "h", ("e",)), backup_key=bad))
    assert not bad or bad not in str(raised.value)


@pytest.mark.parametrize("write", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_may_be_written_in_either_alphabet(write: object) -> None:
    key = b"\xff\xfe" * 16
    assert read_key(replace(Settings("i", "h", ("e",)), backup_key=write(key).decode())) == key  # type: ignore[operator]


def test_a_large_file_passes_through_little_memory(tmp_path: Path) -> None:
    """300 MB in a process that may hold 200 MB more than it has after its imports."""
    program = (
        "import io, resource, sys; from bot.commands.backups import sealing as s\n"
        "class Zeros(io.RawIOBase):\n"
        "    left = 300_000_000\n"
        "    def read(self, size=-1):\n"
        "        size = min(size, self.left); self.left -= size; return bytes(size)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "head = s.Head('2026-11-22T13:05:00+00:00', 'sqlite', '0004')\n"
        "with open(sys.argv[1], 'wb') as file: s.seal_stream(Zeros(), file, b'k' * 32, head)\n"
        "with open(sys.argv[1], 'rb') as file: s.digest_of(file, b'k' * 32)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "large")]
    megabytes = int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert megabytes < 50


def test_the_digest_of_a_file_is_that_of_its_content() -> None:
    content = os.urandom(2 * PIECE)
    assert digest_of(io.BytesIO(sealed(content)), KEY) == hashlib.sha256(content).hexdigest()
