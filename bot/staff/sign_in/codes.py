"""Codes of the second step, as pure functions: those of an app (TOTP, RFC 6238) and those on paper (recovery codes)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
STEPS_AROUND = 1
"""A phone's clock may be half a minute off, either way."""
ISSUER = "Vägvisaren"
CODES = 10
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that is easily taken for another: no I, O, 0, 1."""
HANDLE = 4
REST = 10


def new_secret() -> str:
    """A secret of 160 bits in base32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a six-digit code belongs to, or None when it is wrong, too old or too early."""
    typed = "".join(code.split())
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    today = int(now.timestamp()) // STEP_SECONDS
    steps = range(today - STEPS_AROUND, today + STEPS_AROUND + 1)
    right = [step for step in steps if hmac.compare_digest(generator.generate_otp(step).encode(), typed.encode())]
    return right[-1] if right else None


def picture(secret: str, name: str) -> str:
    """A square code for the app, as SVG: black on white in dark mode too, or no camera reads it."""
    address = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff", svgclass="qr", lineclass=None)
    return str(drawn)


def in_groups(secret: str) -> str:
    """The secret as it is typed by hand, four letters at a time."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes, as ABCD-EFGHJ-KLMNP: four letters to find it by, fifty bits to know."""
    handles: set[str] = set()
    while len(handles) < CODES:
        handles.add(_letters(HANDLE))
    return [f"{handle}-{_letters(5)}-{_letters(5)}" for handle in sorted(handles)]


def read_recovery_code(typed: str) -> tuple[str, str] | None:
    """The handle and the rest of a code, however it was typed; None if it cannot be one."""
    letters = "".join(sign for sign in typed.upper() if sign in LETTERS)
    signs = sum(sign.isalnum() for sign in typed)
    if signs != HANDLE + REST or len(letters) != signs:
        return None
    return letters[:HANDLE], letters[HANDLE:]


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))
