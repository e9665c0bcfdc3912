"""`python -m bot serve`: everything on this machine, under supervisor; ready when a real message has gone through."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bot.commands.models import model_to_serve
from bot.commands.secrets import with_secrets
from bot.commands.staff import FIRST, first_staff
from bot.database import migrate
from bot.settings import ROOT, Settings

PATIENCE_SECONDS = 180
LOOK_SECONDS = 0.2
# Longer than supervisor waits for each of them.
STOP_SECONDS = 40


def serve_all() -> int:
    """Train, migrate, start, wait for a real answer, print the addresses, stop all on Ctrl-C."""
    settings = local_settings()
    environment = {**os.environ}
    (settings.data_directory / "log").mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    model_to_serve(settings)
    _step("Starting chat, rasa, actions, staff and relay …")
    processes = subprocess.Popen(_supervisor(), env=child_environment(environment, settings), start_new_session=True)
    try:
        return _run(processes, settings)
    except KeyboardInterrupt:
        _step("\nStopping …")
        return 0
    finally:
        _stop(processes)


def local_settings() -> Settings:
    """The settings of this machine's own run: secrets from `var`, and in demo mode a disposal decision named so."""
    environment = with_secrets(os.environ, Path(os.environ.get("VAGVISAREN_DATA_DIRECTORY", ROOT / "var")))
    settings = Settings.from_environment(environment)
    if settings.mode == "demo" and not settings.disposal_decision:
        return replace(settings, disposal_decision="demo", cookie_secure=False)
    return settings


def child_environment(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What each process is started with: the settings, and Rasa's telemetry off."""
    return {
        **environment,
        **settings.to_environment(),
        "VAGVISAREN_ROOT": str(ROOT),
        "VAGVISAREN_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _supervisor() -> list[str]:
    return [sys.executable, "-m", "supervisor.supervisord", "-c", str(ROOT / "deploy" / "supervisord.conf")]


def _run(processes: subprocess.Popen[bytes], settings: Settings) -> int:
    _wake(settings, processes)
    # A password takes a second to hash, by design: meanwhile the processes start.
    password = first_staff(settings)
    if password:
        # At once: whatever happens next, it is not shown again.
        _step(_accounts(password))
    if not wait_until_ready(settings, processes):
        _step(f"Not ready after {PATIENCE_SECONDS} s. Look in {settings.data_directory / 'log'} for what stopped.")
        return 1
    _step(_welcome(settings))
    return processes.wait()


def wait_until_ready(settings: Settings, processes: subprocess.Popen[bytes]) -> bool:
    """True once a real message has gone through door, model, database and action server."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and processes.poll() is None:
        if probe(f"http://{settings.host}:{settings.chat_port}"):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def _wake(settings: Settings, processes: subprocess.Popen[bytes]) -> None:
    """Supervisor starts nothing before it has waited a second for somebody to call it: so it is called."""
    last = time.monotonic() + 1
    while time.monotonic() < last and processes.poll() is None:
        with socket.socket(socket.AF_UNIX) as caller, suppress(OSError):
            caller.connect(str(settings.data_directory / "supervisor.sock"))
            return
        time.sleep(0.02)


def probe(address: str) -> bool:
    """Whether a first message gets a real answer: a conversation is opened, asked, and deleted again."""
    try:
        token = _call(address, "POST", "/api/conversations", None, {})["token"]
        body = {"id": str(uuid.uuid4()), "text": "vad kan du hjälpa till med?"}
        _call(address, "POST", "/api/messages", token, body)
        _call(address, "DELETE", "/api/conversations", token, None)
        return bool(_call(address, "GET", "/healthz", None, None))
    except (URLError, OSError, KeyError, ValueError):
        return False


def _call(address: str, method: str, path: str, token: str | None, body: object) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(address + path, data=data, headers=headers, method=method), timeout=12) as answer:
        content = answer.read()
    return json.loads(content) if content else {}


def _accounts(password: str) -> str:
    names = (f"  {name}   ({role})" for name, _, role in FIRST)
    return "\n".join(["Accounts for the staff console:", *names, f"One-time password for each of them: {password}"])


def _welcome(settings: Settings) -> str:
    lines = [
        "",
        f"Chat:          http://{settings.host}:{settings.chat_port}",
        f"Staff console: http://{settings.host}:{settings.staff_port}",
    ]
    lines += [f"Mode:          {settings.mode}", "Stop with Ctrl-C.", ""]
    return "\n".join(lines)


def _stop(processes: subprocess.Popen[bytes]) -> None:
    if processes.poll() is None:
        processes.send_signal(signal.SIGTERM)
        try:
            processes.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(processes.pid, signal.SIGKILL)


def _step(text: str) -> None:
    print(text, flush=True)
