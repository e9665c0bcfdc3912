"""A whole installation for tests: the real five processes under supervisor, on free ports, in a folder of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from bot.commands.secrets import with_secrets
from bot.settings import Settings
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 240


@dataclass
class Answer:
    """What the door answered: the status, the headers and the JSON body."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages in the answer."""
        return list(self.body.get("messages", []))

    @property
    def text(self) -> str:
        """All that was said, in one string."""
        return "\n".join(message["text"] for message in self.messages)

    @property
    def services(self) -> list[str]:
        """Ids of the services and lines shown."""
        return [message["service"]["id"] for message in self.messages if message["service"]]

    @property
    def choices(self) -> dict[str, str]:
        """Label → opaque id of every button."""
        return {choice["label"]: choice["id"] for message in self.messages for choice in message["choices"]}


def call(
    address: str, method: str, path: str, body: object = None, token: str | None = None, forwarded: str = ""
) -> Answer:
    """One request with a JSON body; a status of 4xx or 5xx is an answer like any other.

    `forwarded`: the address of the caller that a proxy would name.
    """
    headers = headers_of(token, forwarded)
    data = None if body is None else json.dumps(body).encode()
    request = Request(address + path, data=data, headers=headers, method=method)
    try:
        with urlopen(request, timeout=15) as answer:
            return _answer(answer.status, answer.read(), dict(answer.headers))
    except HTTPError as error:
        return _answer(error.code, error.read(), dict(error.headers))


def headers_of(token: str | None, forwarded: str) -> dict[str, str]:
    """What a page and a proxy send along."""
    signed = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Content-Type": "application/json"} | signed | ({"X-Forwarded-For": forwarded} if forwarded else {})


def _answer(status: int, content: bytes, headers: dict[str, str]) -> Answer:
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        body = {}
    return Answer(status, body if isinstance(body, dict) else {"list": body}, headers)


@dataclass
class Resident:
    """Someone who writes: one conversation through the front door."""

    address: str
    token: str = ""
    last: Answer = field(default_factory=lambda: Answer(0, {}))

    def arrive(self) -> Resident:
        """Open a conversation."""
        self.last = call(self.address, "POST", "/api/conversations", {})
        self.token = self.last.body["token"]
        return self

    def say(self, text: str, message_id: str | None = None) -> Answer:
        """Write one message."""
        return self._post({"id": message_id or str(uuid.uuid4()), "text": text})

    def choose(self, label: str, message_id: str | None = None) -> Answer:
        """Press a button of the last answer."""
        return self._post({"id": message_id or str(uuid.uuid4()), "choice": self.last.choices[label]})

    def _post(self, body: dict[str, Any]) -> Answer:
        self.last = call(self.address, "POST", "/api/messages", body, self.token)
        return self.last


@dataclass
class Town:
    """A running installation."""

    settings: Settings
    environment: dict[str, str]
    process: subprocess.Popen[str]

    @property
    def chat(self) -> str:
        """The address of the front door."""
        return f"http://127.0.0.1:{self.settings.chat_port}"

    @property
    def staff(self) -> str:
        """The address of the staff console."""
        return f"http://127.0.0.1:{self.settings.staff_port}"

    def resident(self) -> Resident:
        """Somebody new at the door."""
        return Resident(self.chat).arrive()

    def stop(self, name: str) -> None:
        """Stop one process and keep it stopped."""
        self._control("stop", name)

    def start(self, name: str) -> None:
        """Start it again and wait until the whole answers."""
        self._control("start", name)
        self.wait_until_healthy()

    def wait_until_healthy(self, seconds: float = 90) -> None:
        """Wait until /healthz says that nothing is degraded."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if call(self.chat, "GET", "/healthz").status == 200:
                    return
            time.sleep(0.3)
        raise TimeoutError("the installation did not become healthy")

    def processes(self) -> dict[str, int]:
        """Name → process id of whatever supervisor has running or starting."""
        address = f"unix://{self.settings.data_directory / 'supervisor.sock'}"
        with ServerProxy("http://127.0.0.1", SupervisorTransport("", "", address)) as proxy:
            return {info["name"]: info["pid"] for info in proxy.supervisor.getAllProcessInfo() if info["pid"]}

    def logs(self) -> str:
        """Everything that any process has logged."""
        folder = self.settings.data_directory / "log"
        return "\n".join(path.read_text(errors="replace") for path in sorted(folder.glob("*")) if path.is_file())

    def _control(self, *words: str) -> None:
        command = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(ROOT / "deploy" / "supervisord.conf")]
        subprocess.run([*command, *words], env=self.environment, check=True, capture_output=True, cwd=ROOT)


@contextlib.contextmanager
def running_town(trusted: Path | None = None, **changes: str) -> Iterator[Town]:
    """Start everything as `make run` does; stop and remove it at the end.

    `trusted`: the certificates that the processes believe, instead of the machine's own.
    """
    # A short path: a Unix socket may have no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="vv", dir="/tmp" if Path("/tmp").is_dir() else None))
    environment = _environment(folder, changes) | ({"SSL_CERT_FILE": str(trusted)} if trusted else {})
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        town = Town(Settings.from_environment(with_secrets(environment, folder)), environment, process)
        town.environment |= _control_environment(folder)
        _wait_for_start(town)
        yield town
    finally:
        _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, changes: dict[str, str]) -> dict[str, str]:
    chat, staff, rasa, actions = free_ports(4)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VAGVISAREN_")}
    ours = {
        "DATA_DIRECTORY": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "CHAT_PORT": str(chat),
        "STAFF_PORT": str(staff),
        "RASA_PORT": str(rasa),
        "ACTIONS_PORT": str(actions),
        "RASA_URL": f"http://127.0.0.1:{rasa}",
        "ACTIONS_URL": f"http://127.0.0.1:{actions}",
        "STAFF_URL": f"http://127.0.0.1:{staff}",
        **changes,
    }
    return clean | {f"VAGVISAREN_{name}": value for name, value in ours.items()} | {"PYTHONPATH": str(ROOT)}


def _control_environment(folder: Path) -> dict[str, str]:
    return {"VAGVISAREN_ROOT": str(ROOT), "VAGVISAREN_PYTHON": sys.executable, "VAGVISAREN_DATA_DIRECTORY": str(folder)}


def _wait_for_start(town: Town) -> None:
    said = []
    assert town.process.stdout
    deadline = time.monotonic() + START_SECONDS
    for line in town.process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            return
        if time.monotonic() > deadline:
            break
    raise RuntimeError("the installation did not start:\n" + "".join(said) + town.logs()[-3000:])


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
