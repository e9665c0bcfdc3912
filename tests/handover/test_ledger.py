"""The ledger of deletions: on disk, nothing but random ids, and readable after any accident."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bot.handover.ledger import CASE, CONVERSATION, KINDS, Ledger

from .conftest import NOW

ROOT = Path(__file__).resolve().parents[2]
ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def lines(ledger: Ledger) -> list[str]:
    return [line for path in sorted(ledger.folder.iterdir()) for line in path.read_text().splitlines()]


def test_a_line_holds_kind_id_and_day_and_nothing_else(ledger):
    ledger.note(CONVERSATION, [ID], NOW)
    assert lines(ledger) == [f"conversation {ID} 2026-11-22"]


def test_what_was_noted_is_read_back_each_once(ledger):
    ledger.note(CONVERSATION, ["a", "b"], NOW)
    ledger.note(CONVERSATION, ["a"], NOW + timedelta(days=1))
    ledger.note(CASE, ["c"], NOW)
    assert ledger.read() == {**dict.fromkeys(KINDS, ()), CONVERSATION: ("a", "b"), CASE: ("c",)}


def test_nothing_was_ever_deleted_where_there_is_no_folder(ledger):
    assert ledger.read() == dict.fromkeys(KINDS, ())
    ledger.note(CASE, [], NOW)
    assert not ledger.folder.exists()


def test_only_its_owner_can_read_it(ledger):
    before = os.umask(0)
    try:
        ledger.note(CASE, ["a"], NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(ledger.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in ledger.folder.iterdir()] == [0o600]


@pytest.mark.parametrize("bad", ["", "a b", "a\nconversation b 2026-11-22", "x" * 65, "å ä"])
def test_an_id_that_could_not_be_read_back_is_refused(ledger, bad):
    with pytest.raises(ValueError, match="cannot be noted"):
        ledger.note(CONVERSATION, ["good", bad], NOW)
    assert ledger.read()[CONVERSATION] == ()


def test_an_unknown_kind_is_refused(ledger):
    with pytest.raises(ValueError, match="cannot be noted"):
        ledger.note("person", ["a"], NOW)


def test_half_a_line_of_a_process_that_died_costs_no_other_line(ledger):
    ledger.note(CONVERSATION, ["a"], NOW)
    (path,) = ledger.folder.iterdir()
    with path.open("a") as file:
        file.write("conversation 01234")
    ledger.note(CONVERSATION, ["b"], NOW)
    assert ledger.read()[CONVERSATION] == ("a", "b")


@pytest.mark.parametrize("rubbish", [b"\xff\xfe\x00", b"conversation\n", b"\n\n", b"case a 2026-11-22 DROP\n"])
def test_rubbish_in_a_file_is_passed_over(ledger, rubbish):
    ledger.note(CASE, ["a"], NOW)
    (path,) = ledger.folder.iterdir()
    path.write_bytes(rubbish + b"\n" + path.read_bytes())
    (ledger.folder / "read me.txt").write_text("case stranger 2026-11-22")
    assert ledger.read()[CASE] == ("a",)


def test_many_writers_lose_no_line(ledger):
    def write(name: int) -> None:
        for number in range(25):
            ledger.note(CONVERSATION, [f"{name}-{number}"], NOW)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(ledger.read()[CONVERSATION]) == 200
    assert len(lines(ledger)) == 200


def test_a_note_is_on_disk_before_the_call_returns(ledger):
    """Seen in the system calls: the write, then fsync of the file and of its new folder, then the word 'returned'."""
    program = (
        "import os, sys; from datetime import datetime, timezone; from pathlib import Path\n"
        "from bot.handover import ledger\n"
        "real = os.fsync\n"
        "def fsync(fd): print('fsync', os.path.basename(os.readlink(f'/proc/self/fd/{fd}'))[:10]); real(fd)\n"
        "ledger.os.fsync = fsync\n"
        "ledger.Ledger(Path(sys.argv[1])).note('case', ['a'], datetime(2026, 11, 22, tzinfo=timezone.utc))\n"
        "print('returned')"
    )
    command = [sys.executable, "-c", program, str(ledger.folder)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert said == ["fsync", "2026-11-22", "fsync", "ledger", "returned"]


def test_files_older_than_any_backup_go_and_the_others_stay(ledger):
    for days in (36, 35, 1):
        ledger.note(CASE, [f"d{days}"], NOW - timedelta(days=days))
    assert ledger.forget(NOW, 35) == 1
    assert set(ledger.read()[CASE]) == {"d35", "d1"}


def test_two_machines_write_a_file_each_in_a_shared_folder(ledger, monkeypatch):
    for name in ("one.example", "två/../x"):
        monkeypatch.setattr("socket.gethostname", lambda name=name: name)
        ledger.note(CASE, [name[0]], NOW)
    assert len(list(ledger.folder.iterdir())) == 2
    assert set(ledger.read()[CASE]) == {"o", "t"}
