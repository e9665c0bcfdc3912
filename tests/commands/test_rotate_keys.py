"""`rotate-keys`: a new key in steps, none of which loses a contact detail or shows a key."""

from __future__ import annotations

import io
import os
import stat
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, insert, select

from bot.commands.rotate_keys import rotate_keys
from bot.commands.secrets import local_keys, use_local_secrets, with_secrets
from bot.database import create_database_engine, now, reading, transaction
from bot.handover.case import HandOver, open_case
from bot.handover.contact import Contact, SealError, read_contact, store_contact
from bot.settings import PREFIX, SECRETS, Settings, SettingsError
from bot.tables import contacts, metadata, staff

# The same in every worker of a run: they stand in the names of tests.
OLD, NEW, OTHER = (urlsafe_b64encode(name * 32).decode() for name in (b"o", b"n", b"x"))
KEYS = PREFIX + "ENCRYPTION_KEYS"
Step = Callable[..., tuple[int, str]]


@pytest.fixture
def local(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As after `make run`: the secrets stand in a file."""
    for name in SECRETS:
        monkeypatch.delenv(PREFIX + name)
    with_secrets({}, installation.data_directory)
    return installation


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Step:
    """The command, as each new process would run it: local secrets are read from the file first."""

    def run(local: bool = True, drop_old: bool = False) -> tuple[int, str]:
        if local:
            for name in SECRETS:
                monkeypatch.setenv(PREFIX + name, "put back afterwards")
                monkeypatch.delenv(PREFIX + name)
            use_local_secrets()
        target = io.StringIO()
        return rotate_keys(drop_old, target), target.getvalue()

    return run


def store(settings: Settings, keys: tuple[str, ...], count: int = 3) -> list[str]:
    ids = []
    with transaction(create_database_engine(settings.database_url)) as connection:
        for number in range(count):
            wish = HandOver("c", f"m{number}-{keys[0][:5]}", "exit_programme", "leave_crime", None, "callback")
            case = open_case(connection, wish, 24, now())
            store_contact(connection, case.id, Contact(f"+4670174060{number % 10}"), keys, now())
            ids.append(case.id)
    return ids


def phones(settings: Settings, ids: list[str], keys: tuple[str, ...]) -> list[str]:
    with reading(create_database_engine(settings.database_url)) as connection:
        return [read_contact(connection, id_, keys).phone for id_ in ids]  # type: ignore[union-attr]


def sealed(settings: Settings) -> list[bytes]:
    with reading(create_database_engine(settings.database_url)) as connection:
        return list(connection.execute(select(contacts.c.sealed).order_by(contacts.c.case_id)).scalars())


def test_a_local_run_goes_through_all_steps(local: Settings, step: Step) -> None:
    (old,) = local_keys(local.data_directory)
    ids = store(local, (old,))
    code, said = step()
    assert code == 0 and "Restart everything now" in said
    new, second = local_keys(local.data_directory)
    assert (second, new != old) == (old, True)
    assert phones(local, ids, (old,)), "until the restart the old key still opens everything"

    code, said = step()
    assert code == 0 and "Sealed anew with the newest key: 3." in said
    assert len(phones(local, ids, (new,))) == 3
    code, said = step(drop_old=True)
    assert code == 0 and "Removed: 1." in said
    assert local_keys(local.data_directory) == (new,)
    assert len(phones(local, ids, (new,))) == 3


def test_doing_a_step_again_does_no_harm(local: Settings, step: Step) -> None:
    store(local, local_keys(local.data_directory))
    step()
    step()
    before = sealed(local), local_keys(local.data_directory)
    code, said = step()
    assert code == 0 and "Sealed anew with the newest key: 0." in said
    assert (sealed(local), local_keys(local.data_directory)) == before
    step(drop_old=True)
    assert step(drop_old=True)[0] == 0


def test_what_still_runs_with_the_old_key_is_restarted_first(local: Settings, step: Step) -> None:
    """A console that knows only the old key could not read what was sealed with the new one."""
    ids = store(local, local_keys(local.data_directory))
    pid_file = local.data_directory / "supervisor.pid"
    pid_file.write_text(str(os.getpid()))
    os.utime(pid_file, (time.time() - 60, time.time() - 60))
    step()
    before = sealed(local)
    code, said = step()
    assert code == 1 and "restart it first" in said and sealed(local) == before
    os.utime(pid_file, (time.time() + 60, time.time() + 60))
    assert step()[0] == 0
    assert len(phones(local, ids, local_keys(local.data_directory)[:1])) == 3


@pytest.mark.parametrize("rubbish", ["", "no number", "99999999"])
def test_a_pid_file_of_nobody_stops_nothing(local: Settings, step: Step, rubbish: str) -> None:
    (local.data_directory / "supervisor.pid").write_text(rubbish)
    step()
    assert step()[0] == 0


def test_old_keys_stay_while_anything_needs_them(local: Settings, step: Step) -> None:
    store(local, local_keys(local.data_directory))
    step()
    keys = local_keys(local.data_directory)
    code, said = step(drop_old=True)
    assert code == 1 and "run rotate-keys first" in said
    assert local_keys(local.data_directory) == keys


def test_a_host_that_sets_its_own_keys_gets_everything_sealed_with_the_newest(
    installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store(installation, (OLD,)) + store(installation, (NEW, OLD))
    monkeypatch.setenv(KEYS, f"{NEW},{OLD}")
    code, said = step(local=False)
    assert code == 0 and "Sealed anew with the newest key: 3." in said
    assert len(phones(installation, ids, (NEW,))) == 6
    assert not (installation.data_directory / "secrets.env").exists()
    assert step(local=False, drop_old=True)[0] == 1


def test_a_host_with_one_key_is_told_the_steps(
    installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(installation, (OLD,))
    monkeypatch.setenv(KEYS, OLD)
    before = sealed(installation)
    code, said = step(local=False)
    assert code == 0 and said.index("1. Make a new Fernet key") < said.index("2. Restart") < said.index("3. Run")
    assert sealed(installation) == before


@pytest.mark.parametrize("keys", [NEW, f"{NEW},{OTHER}"])
def test_a_missing_old_key_is_said_and_changes_nothing(
    installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    store(installation, (OTHER,)) if OTHER in keys else None
    ids = store(installation, (OLD,))
    monkeypatch.setenv(KEYS, keys)
    before = sealed(installation)
    code, said = step(local=False)
    assert code == 1 and "Nothing was changed." in said and "missing: add it at the end" in said
    assert any(id_ in said for id_ in ids)
    assert sealed(installation) == before


def test_a_local_run_with_a_missing_key_gets_no_new_one(local: Settings, step: Step) -> None:
    store(local, (OTHER,))
    before = (local.data_directory / "secrets.env").read_bytes()
    assert step()[0] == 1
    assert (local.data_directory / "secrets.env").read_bytes() == before


@pytest.mark.parametrize("keys", [OLD, f"{NEW},{OLD}", "no key", f"{NEW},no key"])
def test_no_key_is_ever_shown(installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    store(installation, (OLD,))
    monkeypatch.setenv(KEYS, keys)
    try:
        said = step(local=False)[1]
    except SettingsError as error:
        said = str(error)
    assert said and not any(key in said for key in keys.split(","))


def test_the_local_steps_show_no_key_either(local: Settings, step: Step) -> None:
    store(local, local_keys(local.data_directory))
    said = "".join(step(drop_old=last)[1] for last in (False, False, True))
    assert not any(key in said for key in local_keys(local.data_directory))


def test_the_file_of_secrets_stays_its_owners_and_keeps_the_rest(local: Settings, step: Step) -> None:
    file = local.data_directory / "secrets.env"
    before = dict(line.split("=", 1) for line in file.read_text().splitlines())
    step()
    after = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {name for name in after if after[name] != before[name]} == {KEYS} and set(after) == set(before)
    assert [path.name for path in local.data_directory.glob(".secrets*")] == []


def test_readers_at_work_notice_nothing(installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console goes on showing contact details while two hundred of them are sealed anew, again and again."""
    ids = store(installation, (OLD,), 200)
    faults: list[Exception] = []
    read, stop = [0], threading.Event()

    def reader() -> None:
        engine = create_database_engine(installation.database_url)
        while not stop.is_set():
            for id_ in ids[::20]:
                try:
                    with reading(engine) as connection:
                        assert read_contact(connection, id_, (NEW, OLD))
                except (SealError, AssertionError) as error:
                    faults.append(error)
                read[0] += 1

    readers = [threading.Thread(target=reader) for _ in range(3)]
    for each in readers:
        each.start()
    for keys in (f"{NEW},{OLD}", f"{OLD},{NEW}", f"{NEW},{OLD}"):
        monkeypatch.setenv(KEYS, keys)
        began = read[0]
        assert step(local=False)[0] == 0
        while read[0] < began + 20:
            time.sleep(0.005)
    stop.set()
    for each in readers:
        each.join()
    assert faults == []


def enrolled(settings: Settings, keys: tuple[str, ...], name: str = "siv") -> None:
    """A member of staff whose second factor is sealed with these keys."""
    sealed = Fernet(keys[0]).encrypt(b"a secret of an app")
    row = {"id": name, "name": name, "alias": name, "password_hash": "-", "role": "case_worker", "services": []}
    with transaction(create_database_engine(settings.database_url)) as connection:
        connection.execute(insert(staff).values(**row, second_factor=sealed, created_at=now()))


def test_the_second_factor_of_staff_is_sealed_anew_too(
    installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(installation, (OLD,))
    monkeypatch.setenv(KEYS, f"{NEW},{OLD}")
    code, said = step(local=False)
    assert code == 0 and "newest key: 1" in said
    with reading(create_database_engine(installation.database_url)) as connection:
        sealed = connection.execute(select(staff.c.second_factor)).scalar_one()
    assert Fernet(NEW).decrypt(bytes(sealed)) == b"a secret of an app"


def test_a_key_that_only_a_second_factor_needs_is_missed_too(
    installation: Settings, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(installation, (OTHER,))
    monkeypatch.setenv(KEYS, f"{NEW},{OLD}")
    code, said = step(local=False)
    assert code == 1 and "Nothing was changed" in said


def test_every_sealed_column_is_among_those_that_are_rotated() -> None:
    """Whoever seals something else with these keys teaches `rotate-keys` about it, and adds it here."""
    found = {(t.name, c.name) for t in metadata.sorted_tables for c in t.columns if isinstance(c.type, LargeBinary)}
    assert found == {("contacts", "sealed"), ("staff", "second_factor"), ("staff_sessions", "pending_factor")}


def test_a_file_without_keys_has_none(tmp_path: Path) -> None:
    assert local_keys(tmp_path) == ()
    (tmp_path / "secrets.env").write_text("VAGVISAREN_HASH_KEY=x\n")
    assert local_keys(tmp_path) == ()
