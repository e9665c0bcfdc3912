"""Pieces of the restore drill: running the commands, destroying an installation, looking at it again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from bot.__main__ import main
from bot.database import MIGRATIONS, create_database_engine, reading
from bot.settings import PREFIX, Settings
from tests.commands.lived_in import Seeded, look


def settle(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for field in fields(Settings):
        monkeypatch.delenv(PREFIX + field.name.upper(), raising=False)
    for name, value in settings.to_environment().items():
        monkeypatch.setenv(name, value)
    return settings


def run(command: str, file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main([command, str(file)])
    said = capsys.readouterr()
    return code, said.out + said.err


def destroy(settings: Settings) -> None:
    """The worst: nothing of the database is left."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        for path in Path(url.database).parent.glob(Path(url.database).name + "*"):
            path.unlink()
        return
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{url.database}"'))
    admin.dispose()


def count(settings: Settings, table: object) -> int:
    engine = create_database_engine(settings.database_url)
    with reading(engine) as connection:
        found = connection.execute(select(func.count()).select_from(table)).scalar_one()
    engine.dispose()
    return int(found)


def again(settings: Settings, seeded: Seeded) -> Seeded:
    return look(settings, seeded.case.id, seeded.over)


def newest_revision() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())
