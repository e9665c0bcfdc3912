"""`python -m bot check --running`: what it says of processes, notices, promises and the clock."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import update

from bot.__main__ import main
from bot.commands.running import check_running
from bot.database import create_database_engine, now, transaction
from bot.handover.case import HandOver, open_case
from bot.handover.notices.heartbeat import beat
from bot.settings import PREFIX, Settings
from bot.tables import heartbeats, outbox
from bot.versions.running import Process, report
from bot.versions.use import Change, activate


class Everything(BaseHTTPRequestHandler):
    """Stands in for chat, staff, rasa and actions; `down` names paths that answer 503."""

    down: dict[str, dict[str, object]] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        """Answer with health, and the model for whoever knows the secret."""
        bad = self.down.get(self.path)
        knows = self.headers.get("X-Inner-Secret") == "inner"
        good = {"model": "vagvisaren-abc.tar.gz"} if self.path.endswith("ready") and knows else {"status": "ok"}
        self.send_response(503 if bad else 200)
        self.end_headers()
        self.wfile.write(json.dumps(bad or good).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def running(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Everything is there and a relay has just given a sign of life."""
    server = HTTPServer(("127.0.0.1", 0), Everything)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    for name in ("CHAT_PORT", "STAFF_PORT"):
        monkeypatch.setenv(PREFIX + name, str(port))
    for name in ("RASA_URL", "ACTIONS_URL"):
        monkeypatch.setenv(PREFIX + name, f"http://127.0.0.1:{port}")
    with transaction(create_database_engine(installation.database_url)) as connection:
        beat(connection, "relay", now())
    monkeypatch.setattr(Everything, "down", {})
    yield Settings.from_environment()
    server.shutdown()
    server.server_close()


def said() -> tuple[int, str]:
    target = io.StringIO()
    return check_running(target), target.getvalue()


def case(settings: Settings, hours_ago: float) -> str:
    with transaction(create_database_engine(settings.database_url)) as connection:
        wish = HandOver("c" * 32, "m1", "exit_programme", "leave_crime", None, "receipt")
        return open_case(connection, wish, 24, now() - timedelta(hours=hours_ago)).id


@pytest.mark.usefixtures("running")
def test_all_is_well() -> None:
    code, text = said()
    assert code == 0, text
    for name in ("chat", "staff", "rasa", "actions"):
        assert f"Bra: {name} svarar." in text
    assert "Modellen är vagvisaren-abc.tar.gz." in text and "Allt är som det ska." in text
    assert "Inget löfte väntar." in text and "lediga på disken" in text


@pytest.mark.usefixtures("running")
def test_what_is_away_is_named_first_and_the_exit_code_says_so() -> None:
    Everything.down = {"/healthz": {"degraded": ["relay", "rasa"]}, "/webhooks/door/ready": {"error": "no model"}}
    code, text = said()
    assert code == 1
    assert text.splitlines()[:2] == ["Fel: chat saknar relay, rasa.", "Fel: staff saknar relay, rasa."]
    assert "Fel: rasa saknar no model." in text and "3 att åtgärda." in text


@pytest.mark.usefixtures("running")
def test_where_nobody_listens_it_says_which_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "ACTIONS_URL", "http://127.0.0.1:1")
    code, text = said()
    assert code == 1 and "Fel: actions svarar inte på http://127.0.0.1:1/health." in text


@pytest.mark.parametrize(
    ("hours", "line"), [(1, "Bra: Nästa löfte går ut om 13"), (25, "Fel: 1 löften har gått ut utan att någon")]
)
def test_promises(running: Settings, hours: float, line: str) -> None:
    case(running, hours)
    assert line in said()[1]


def test_notices_that_wait_or_were_refused(running: Settings) -> None:
    case(running, 1)
    assert "Fel: 1 notiser väntar. Den äldsta har väntat i 36" in said()[1]
    with transaction(create_database_engine(running.database_url)) as connection:
        connection.execute(update(outbox).values(state="dead"))
    text = said()[1]
    assert "Fel: 1 notiser togs inte emot." in text and "Ingen notis väntar." in text


@pytest.mark.parametrize("seconds", [-120, 3600])
def test_a_relay_that_is_silent_or_ahead_of_time_is_told(running: Settings, seconds: int) -> None:
    with transaction(create_database_engine(running.database_url)) as connection:
        connection.execute(update(heartbeats).values(at=now() - timedelta(seconds=seconds)))
    assert "Fel: Reläet har inte gett något livstecken" in said()[1]


@pytest.mark.usefixtures("running")
def test_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "DATABASE_URL", "sqlite:////no/such/folder/db")
    code, text = said()
    assert code == 1 and "Fel: Databasen går inte att läsa." in text


@pytest.mark.usefixtures("running")
def test_the_command_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--running"]) == 0
    assert "Allt är som det ska." in capsys.readouterr().out


def test_the_database_is_migrated_by_a_command_of_its_own(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = installation.database_url.replace("test.db", "new.db")
    monkeypatch.setenv(PREFIX + "DATABASE_URL", url)
    assert main(["migrate"]) == 0 and main(["migrate"]) == 0
    with transaction(create_database_engine(url)) as connection:
        beat(connection, "relay", now())
    assert "newest schema" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("second", "code", "sentence"),
    [
        (Process("b:5005", "new"), 0, "Bra: 2 av 2 rasa kör modellen new."),
        (Process("b:5005", "old"), 1, "Fel: b:5005 kör old, fast new är i bruk."),
        (Process("b:5005", "old", "new", "broken"), 1, "Fel: b:5005 kör old och kan inte använda new (broken)."),
    ],
)
def test_a_process_with_another_model_than_the_one_in_use_is_said(
    running: Settings, second: Process, code: int, sentence: str
) -> None:
    with transaction(create_database_engine(running.database_url)) as connection:
        activate(connection, "new", Change("x", now(), "y", 0), None)
        for process in (Process("a:5005", "new"), second):
            report(connection, process, now())
    found, text = said()
    assert found == code and sentence in text


def test_with_nothing_put_in_use_any_model_is_right(running: Settings) -> None:
    with transaction(create_database_engine(running.database_url)) as connection:
        report(connection, Process("a:5005", "own"), now())
    code, text = said()
    assert code == 0 and "1 av 1 rasa kör modellen own." in text
