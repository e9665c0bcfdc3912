"""An installation in which something has happened: cases with promises, sealed contact details, threads, a talk."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from bot.database import create_database_engine, migrate, now, reading, transaction
from bot.handover.case import Case, HandOver, close, get_case, mark_registered, open_case, take
from bot.handover.contact import Contact, read_contact, store_contact
from bot.handover.receipt import attach_receipt, case_by_receipt
from bot.handover.thread import messages as thread_messages
from bot.handover.thread import post
from bot.settings import Settings
from bot.tables import conversations, messages, outbox
from tests.ports import free_ports

KEY = "a key for hashes"
CODE = "1234567890123456"


@dataclass(frozen=True)
class Seeded:
    """What must be found again: the case with its clock, the contact details, what was written, who waits."""

    case: Case
    contact: Contact | None
    written: list[str]
    said: list[str]
    waiting: list[str]
    over: str


def make_installation(directory: Path, url: str = "", **changes: object) -> Settings:
    """Settings of an installation of its own, migrated, with nobody on its ports."""
    ports = dict(zip(("chat_port", "staff_port", "rasa_port", "actions_port"), free_ports(4), strict=True))
    settings = Settings(
        inner_secret="inner",
        hash_key=KEY,
        encryption_keys=(Fernet.generate_key().decode(),),
        database_url=url or f"sqlite:///{directory / 'town.db'}",
        data_directory=directory,
        backup_key=base64.b64encode(os.urandom(32)).decode(),
        **ports,  # type: ignore[arg-type]
    )
    settings = replace(settings, **changes)  # type: ignore[arg-type]
    migrate(settings.database_url)
    return settings


def live_in(settings: Settings) -> Seeded:
    """Let something happen."""
    at = now()
    engine = create_database_engine(settings.database_url)
    with transaction(engine) as connection:
        for number in range(3):
            wish = HandOver("c" * 32, f"m{number}", "exit_programme", "leave_crime", "jarva", "callback", number == 0)
            made = open_case(connection, wish, 24, at - timedelta(hours=number))
            store_contact(
                connection, made.id, Contact(f"+4670174060{number}", "", True, False, "", "åäö"), _keys(settings), at
            )
            post(connection, made.id, "person", f"Hallå {number}? Är någon där?", at)
        take(connection, made.id, "siv", at)
        attach_receipt(connection, made.id, CODE, KEY, at + timedelta(days=90))
        talk = {"id": "c" * 32, "created_at": at, "last_seen_at": at}
        connection.execute(insert(conversations).values(**talk))
        line = {"conversation_id": "c" * 32, "sender": "person", "created_at": at}
        connection.execute(insert(messages).values(**line, text="jag vill hoppa av"))
        over = _finished(connection, at - timedelta(days=60))
    engine.dispose()
    return look(settings, made.id, over)


def look(settings: Settings, case_id: str, over: str) -> Seeded:
    """What is there now, read by the code that reads it in real life."""
    engine = create_database_engine(settings.database_url)
    try:
        with reading(engine) as connection:
            contact = read_contact(connection, case_id, settings.encryption_keys)
            opened = case_by_receipt(connection, CODE, KEY, now())
            assert opened is not None and opened.id == case_id
            return Seeded(
                case=get_case(connection, case_id),
                contact=contact,
                written=[message.text for message in thread_messages(connection, case_id)],
                said=list(connection.execute(select(messages.c.text).order_by(messages.c.id)).scalars()),
                waiting=sorted(connection.execute(select(outbox.c.key).where(outbox.c.state == "pending")).scalars()),
                over=over,
            )
    finally:
        engine.dispose()


def _finished(connection: object, long_ago: datetime) -> str:
    """A case that a purge may delete."""
    wish = HandOver("d" * 32, "m", "mini_maria", "substance_use", None, "receipt")
    case = open_case(connection, wish, None, long_ago)
    close(connection, case.id, "siv", "support", long_ago)
    mark_registered(connection, case.id, long_ago)
    return case.id


def _keys(settings: Settings) -> tuple[str, ...]:
    return settings.encryption_keys
