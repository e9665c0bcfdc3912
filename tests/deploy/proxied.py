"""A real proxy with its example from `deploy/` before the running door: on free ports, with a self-made certificate."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port
from tests.test_tree import ROOT

NAMES = ("chatt.example.se", "personal.example.se", "localhost")


@dataclass
class Proxy:
    """A running proxy."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    plain_port: int
    staff_port: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def context(self) -> ssl.SSLContext:
        """Trusts the self-made certificate and nothing else."""
        return ssl.create_default_context(cafile=str(self.folder / "cert.pem"))

    def written(self) -> str:
        """Everything that it has written, buffered bodies included, but for its own settings."""
        ours = (".pem", ".conf", "autosave.json")
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.name.endswith(ours)]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def log(self, name: str) -> str:
        """One of its two logs."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """End it, as an operator would."""
        self.process.terminate()
        self.process.wait(20)


DOOR = "server 127.0.0.1:8000 max_fails=0;"
KEEPING = "hash $remote_addr consistent;"


def start_nginx(doors: Sequence[int], folder: Path, keeping: bool = True) -> Proxy:
    """nginx with `deploy/nginx.conf`; nothing is changed but places and ports.

    `keeping`: as in the example a visitor stays with one chat process; else each call goes to the next one.
    """
    plain, port, staff = free_port(), free_port(), free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid; daemon off; lock_file {folder}/lock;",
        "worker_rlimit_nofile 16384;": "",
        "worker_connections 8192;": "worker_connections 512;",
        "/var/log/nginx/vagvisaren-error.log": f"{folder}/error.log",
        "/var/log/nginx/vagvisaren-access.log": f"{folder}/access.log",
        "/etc/ssl/vagvisaren/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/vagvisaren/key.pem": f"{folder}/key.pem",
        DOOR: " ".join(DOOR.replace("8000", str(port)) for port in doors),
        KEEPING: KEEPING if keeping else "",
        "listen 80 default_server;": f"listen 127.0.0.1:{plain} default_server;",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 8443 ssl": f"listen 127.0.0.1:{staff} ssl",
        "/srv/vagvisaren/deploy/away": str(ROOT / "deploy" / "away"),
        "sendfile on;": "sendfile on;"
        + "".join(
            f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
    }
    path = _write(text, changes, folder / "nginx.conf")
    return _started(["nginx", "-c", str(path), "-p", str(folder)], folder, port, plain, staff)


def start_caddy(doors: Sequence[int], folder: Path) -> Proxy:
    """Caddy with `deploy/Caddyfile`; nothing is changed but places and ports."""
    plain, port, staff = free_port(), free_port(), free_port()
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    changes = {
        "	admin off": f"	admin off\n	http_port {plain}\n	https_port {port}\n	skip_install_trust",
        "grace_period 10s": "grace_period 1s",
        "/var/log/caddy/vagvisaren-error.log": f"{folder}/error.log",
        "/var/log/caddy/vagvisaren-access.log": f"{folder}/access.log",
        "/etc/ssl/vagvisaren/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/vagvisaren/key.pem": f"{folder}/key.pem",
        "reverse_proxy 127.0.0.1:8000": f"reverse_proxy 127.0.0.1:{doors[0]}",
        "\nhttp://chatt.example.se {": f"\nhttp://localhost:{plain} {{\n\tbind 127.0.0.1",
        "\nchatt.example.se {": f"\nhttps://localhost:{port} {{\n\tbind 127.0.0.1",
        "\npersonal.example.se:8443 {": f"\nhttps://localhost:{staff} {{\n\tbind 127.0.0.1",
        "/srv/vagvisaren/deploy/away": str(ROOT / "deploy" / "away"),
    }
    path = _write(text, changes, folder / "Caddyfile.conf")
    return _started(["caddy", "run", "--adapter", "caddyfile", "--config", str(path)], folder, port, plain, staff)


STARTERS = {"nginx": start_nginx, "caddy": start_caddy}


def _write(text: str, changes: dict[str, str], path: Path) -> Path:
    for before, after in changes.items():
        assert before in text, f"The example no longer holds '{before}'."
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")
    return path


def _started(command: list[str], folder: Path, port: int, plain: int, staff: int) -> Proxy:
    make_certificate(folder)
    assert shutil.which(command[0])
    home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")} | {"PATH": "/usr/bin:/usr/sbin"}
    with (folder / "out.log").open("wb") as out:
        process = subprocess.Popen(command, env=home, stdout=out, stderr=out, cwd=folder)
    proxy = Proxy(process, folder, port, plain, staff)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return proxy
        except OSError:
            time.sleep(0.1)
    raise RuntimeError((folder / "out.log").read_text(errors="replace"))


def make_certificate(folder: Path) -> None:
    """A certificate for the names of the examples, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    now = datetime.now(timezone.utc)
    others = [x509.DNSName(each) for each in NAMES] + [x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
