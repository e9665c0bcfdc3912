"""Stock Rasa as a peer: its default pipeline on our messages and rules, and `rasa run` on a port of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

from ruamel.yaml import YAML

from benchmarks.understanding import training_data
from tests.ports import free_port

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PATIENCE_SECONDS = 300
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


def train_stock(folder: Path, epochs: int, limit: int | None = None) -> Path:
    """The model of stock's default pipeline with our domain, messages (at most `limit` an intent) and rules."""
    config = YAML(typ="safe").load((HERE / "stock.yml").read_text(encoding="utf-8"))
    for part in config["pipeline"]:
        if "epochs" in part:
            part["epochs"] = epochs
    # Our data hold rules and no stories, so the policies that learn from stories would only cost the peer time.
    config["policies"] = [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}]
    path = _write(folder / "stock.yml", config)
    data = [str(training_data(folder, limit)), str(ROOT / "data" / "rules")]
    command = ["train", "--domain", str(ROOT / "domain.yml"), "--config", str(path), "--out", str(folder)]
    _rasa(folder, [*command, "--fixed-model-name", "stock", "--data", *data])
    return folder / "stock.tar.gz"


class StockServer:
    """A running `rasa run` with the REST channel and an SQLite tracker store."""

    def __init__(self, folder: Path, model: Path, actions_url: str, secret: str) -> None:
        """Start it; `actions_url` is the action server that both sides use."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        credentials = _write(folder / "credentials.yml", {"rest": None})
        actions = {"url": f"{actions_url}/webhook", "headers": {"X-Inner-Secret": secret}}
        store = {"type": "SQL", "dialect": "sqlite", "db": str(folder / "stock.db")}
        endpoints = _write(folder / "endpoints.yml", {"action_endpoint": actions, "tracker_store": store})
        command = ["run", "--model", str(model), "--port", str(port), "--interface", "127.0.0.1"]
        command += ["--credentials", str(credentials), "--endpoints", str(endpoints)]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "rasa", *command],
            cwd=folder,
            env={**os.environ, **ENVIRONMENT},
            stdout=(folder / "stock.log").open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for_answer(self) -> None:
        """Until a message has been answered.

        Raises:
            TimeoutError: it never was.
        """
        body = json.dumps({"sender": "first", "message": "hej"}).encode()
        request = Request(f"{self.url}/webhooks/rest/webhook", data=body, headers={"Content-Type": "application/json"})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError), urlopen(request, timeout=30) as answer:
                if json.loads(answer.read()):
                    return
            time.sleep(0.2)
        raise TimeoutError("stock Rasa never answered")

    def megabytes(self) -> float:
        """What it holds in memory."""
        return memory_of(self._process.pid)

    def stop(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def memory_of(pid: int) -> float:
    """Megabytes of a process and all its children; what several of them share is counted once."""
    return sum(_share_of(child) for child in _family(pid)) / 1024


def _family(pid: int) -> list[int]:
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # "pid (name) state parent …"; the name may hold anything, so the last bracket counts.
            number, parent = int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found += _family(number)
    return found


def _share_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _rasa(folder: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "rasa", *arguments]
    subprocess.run(command, cwd=folder, env={**os.environ, **ENVIRONMENT}, check=True, stdout=sys.stderr)


def _write(path: Path, content: object) -> Path:
    with path.open("w", encoding="utf-8") as target:
        YAML(typ="safe").dump(content, target)
    return path
