"""Several processes of each role on one PostgreSQL behind a real nginx, without supervisor: who dies stays dead.

Two ways lead in. `kept` is nginx with the example as it stands: a visitor stays with one chat process as long as that
lives. `spread` is the same without that line: each call goes to the next process, which is harder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import Request, urlopen

from sqlalchemy.engine import Engine

from bot.commands.secrets import with_secrets
from bot.commands.serve import child_environment
from bot.commands.train import train_if_needed
from bot.database import create_database_engine, migrate
from bot.settings import ROOT, Settings
from tests.deploy.proxied import Proxy, start_nginx
from tests.faults.mail import MailServer, running_mail_server
from tests.ports import free_port, free_ports
from tests.postgresql import PostgreSQL, running_postgresql

WEB_ROLES = ("actions", "rasa", "chat")
ROLES = (*WEB_ROLES, "relay")
EACH = 2
START_SECONDS = 180
# Longer than the longest that a process may take to finish what is under way.
STOP_SECONDS = 40


@dataclass
class Member:
    """One process; `ready` is the address at which it says so, none for a relay."""

    name: str
    role: str
    environment: Mapping[str, str]
    log: Path
    ready: Request | None = None
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it; whether it answers is for `wait` to find out."""
        command = [sys.executable, "-m", "bot", "serve", self.role]
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(command, env=dict(self.environment), cwd=ROOT, stdout=said, stderr=said)

    def wait(self) -> None:
        """Until it is ready."""
        until = time.monotonic() + START_SECONDS
        while self.ready is not None and not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """As the kernel would: with -9."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> float:
        """As an operator would: SIGTERM. Returns the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - began

    def end(self) -> None:
        """However it is."""
        if hasattr(self, "process") and self.process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        assert self.ready is not None
        with contextlib.suppress(OSError), urlopen(self.ready, timeout=5) as answer:
            return bool(answer.status == 200)
        return False


@dataclass
class Fleet:
    """A running installation with `EACH` processes of every role but the console."""

    settings: Settings
    members: dict[str, Member]
    kept: Proxy
    spread: Proxy
    mail: MailServer
    engine: Engine

    def of(self, role: str) -> list[Member]:
        """Its processes."""
        return [member for member in self.members.values() if member.role == role]

    def logs(self) -> str:
        """Everything that any process has logged."""
        return "\n".join(member.log.read_text(errors="replace") for member in self.members.values())


@contextlib.contextmanager
def running_fleet() -> Iterator[Fleet]:
    """Start everything; stop and remove it at the end.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    model = train_if_needed()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vvfleet")))
        folder.chmod(0o777)
        server = stack.enter_context(running_postgresql(free_port()))
        (folder / "mail").mkdir()
        mail = stack.enter_context(running_mail_server(folder / "mail"))
        settings = _settings(folder, server, mail, model)
        migrate(settings.database_url)
        members = _members(folder, settings)
        for member in members.values():
            stack.callback(member.end)
            member.start()
        for member in members.values():
            member.wait()
        chats = [member for member in members.values() if member.role == "chat"]
        doors = [int(member.environment["VAGVISAREN_CHAT_PORT"]) for member in chats]
        proxies = [_proxy(stack, folder / name, doors, name == "kept") for name in ("kept", "spread")]
        engine = create_database_engine(settings.database_url)
        stack.callback(engine.dispose)
        yield Fleet(settings, members, *proxies, mail, engine)


def _settings(folder: Path, server: PostgreSQL, mail: MailServer, model: Path) -> Settings:
    rasa, actions = free_ports(EACH), free_ports(EACH)
    ours = {
        "DATA_DIRECTORY": str(folder),
        "MODEL_DIRECTORY": str(model.parent),
        "DATABASE_URL": server.create("fleet"),
        "RASA_URL": ",".join(f"http://127.0.0.1:{port}" for port in rasa),
        "ACTIONS_URL": ",".join(f"http://127.0.0.1:{port}" for port in actions),
        **mail.settings,
    }
    return Settings.from_environment(
        with_secrets({f"VAGVISAREN_{name}": value for name, value in ours.items()}, folder)
    )


def _members(folder: Path, settings: Settings) -> dict[str, Member]:
    # A machine that is not asked for its certificates believes the mail server of the test.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VAGVISAREN_")}
    clean["SSL_CERT_FILE"] = str(folder / "mail" / "ca.pem")
    ports = {"rasa": _ports(settings.rasa_url), "actions": _ports(settings.actions_url), "chat": free_ports(EACH)}
    members = {}
    for role in ROLES:
        for number in range(EACH):
            own = replace(settings, **{f"{role}_port": ports[role][number]}) if role in ports else settings
            name = f"{role}{number + 1}"
            environment = child_environment(clean, own)
            members[name] = Member(name, role, environment, folder / f"{name}.log", _readiness(role, own))
    return members


def _readiness(role: str, settings: Settings) -> Request | None:
    secret = {"X-Inner-Secret": settings.inner_secret}
    paths = {"chat": "/readyz", "rasa": "/webhooks/door/ready", "actions": "/health"}
    if role not in paths:
        return None
    return Request(f"http://127.0.0.1:{getattr(settings, f'{role}_port')}{paths[role]}", headers=secret)


def _ports(addresses: str) -> list[int]:
    return [int(address.rpartition(":")[2]) for address in addresses.split(",")]


def _proxy(stack: contextlib.ExitStack, folder: Path, doors: list[int], keeping: bool) -> Proxy:
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    proxy = start_nginx(doors, folder, keeping)
    stack.callback(proxy.stop)
    return proxy
