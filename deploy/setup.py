"""Set-up from a clean clone: Python 3.10, every library of requirements.lock; what the tests need beside them.

For the tests: Chromium, nginx and PostgreSQL. With `--light` without TensorFlow and what only it needs (`light.py`):
0.9 instead of 2.9 GB, enough to train and serve.

Needs nothing but a Python 3 with its standard library. Repeating it costs nothing while requirements.lock is unchanged.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from light import without

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
STAMP = VENV / "set-up-from"


def main() -> None:
    """Make the environment unless it is there already."""
    (ROOT / "var").mkdir(exist_ok=True)
    lock = ROOT / "requirements.lock"
    if "--light" in sys.argv:
        lock = ROOT / "var" / "light.lock"
        lock.write_text(without((ROOT / "requirements.lock").read_text(encoding="utf-8")), encoding="utf-8")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (STAMP.exists() and STAMP.read_text() == wanted):
        install(find_uv(), lock)
        STAMP.write_text(wanted)
    if "--browser" in sys.argv:
        if not find_browser():
            install_browser()
        if not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
            install_proxy()
        if not find_postgresql():
            install_postgresql()


def install(uv: str, lock: Path) -> None:
    """A Python 3.10 (pyenv's, the system's, or fetched) and the locked libraries."""
    print("Setting up: Python 3.10 …", flush=True)
    python = find_python()
    step(
        [uv, "venv", "--quiet", "--clear", "--python", python or "3.10", str(VENV)],
        "Install Python 3.10 (`pyenv install 3.10`) and try again.",
    )
    print("Setting up: libraries (some 3 GB the first time; 1 GB with --light, without TensorFlow) …", flush=True)
    step(
        [uv, "pip", "sync", "--require-hashes", "--python", str(VENV / "bin" / "python"), str(lock)],
        "Check the network and the free disk (4 GB needed), then run the same command again.",
    )


def find_python():
    """A Python 3.10 that pyenv keeps but does not show on the path."""
    kept = sorted((Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions").glob("3.10.*/bin/python"))
    return str(kept[-1]) if kept else None


def find_uv() -> str:
    """uv from the path, or our own copy in .tools."""
    found = shutil.which("uv")
    if found:
        return found
    own = TOOLS / "bin" / "uv"
    if not own.exists():
        print("Setting up: uv, the installer …", flush=True)
        advice = "On Debian or Ubuntu: `apt install python3-venv`, then try again."
        step([sys.executable, "-m", "venv", str(TOOLS)], advice)
        step(
            [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"], "Check the network and try again."
        )
    return str(own)


def find_browser():
    """Chromium, as Debian or Ubuntu installs it."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def install_browser() -> None:
    """Chromium for the browser tests: by Debian's own package where we may, else by Playwright."""
    print("Setting up: Chromium for the browser tests …", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        step(["apt-get", "update", "-qq"], "Check the network and try again.")
        step(
            ["apt-get", "install", "-y", "-qq", "chromium"], "Install Chromium (`apt install chromium`) and try again."
        )
        return
    advice = "Install Chromium (`sudo apt install chromium`) and try again."
    step([str(VENV / "bin" / "python"), "-m", "playwright", "install", "chromium"], advice)


def install_proxy() -> None:
    """nginx for the tests of `deploy/nginx.conf`, by Debian's own package where we may; else they are skipped."""
    install_server("nginx", "nginx", "the tests of the proxy example")


def find_postgresql():
    """The server's own programs; Debian keeps them outside the path."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(kept[-1]) if kept else shutil.which("initdb")


def install_postgresql() -> None:
    """PostgreSQL for the tests that run on both databases, by Debian's own package where we may; else they are skipped.

    The tests start a server of their own, in a folder of their own.
    """
    install_server("PostgreSQL", "postgresql", "the tests on both databases")


def install_server(name: str, package: str, purpose: str) -> None:
    """A Debian package that would start a server of its own, which nobody asked for."""
    may = os.geteuid() == 0 and shutil.which("apt-get")
    if may:
        print(f"Setting up: {name} for {purpose} …", flush=True)
    if not may or not quietly_installed(package):
        print(f"\nNOTE: no {name}, so {purpose} are SKIPPED (`sudo apt install {package}` to run them).\n", flush=True)


def quietly_installed(package: str) -> bool:
    """Whether apt could install it, without its server being started."""
    keep_quiet = Path("/usr/sbin/policy-rc.d")
    ours = not keep_quiet.exists()
    if ours:
        keep_quiet.write_text("#!/bin/sh\nexit 101\n")
        keep_quiet.chmod(0o755)
    try:
        commands = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package])
        return not any(subprocess.run(command, cwd=ROOT).returncode for command in commands)
    finally:
        if ours:
            keep_quiet.unlink()


def step(command: list, advice: str) -> None:
    """Run one command where the user sees it; when it fails, say what to do."""
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit(f"\nSet-up stopped at: {' '.join(command)}\n{advice}")


if __name__ == "__main__":
    main()
