"""The headers of every response: nothing runs but our own files, nothing is kept, nothing tells where somebody was."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.settings import Settings

WIDGET = "/widget.js"
CITY_PAGE = "/"


def security_headers(settings: Settings, path: str) -> Mapping[str, str]:
    """The headers for a path."""
    return {
        "Content-Security-Policy": _policy(settings, path),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        # The widget is a script on the city's own pages; everything else is for this origin.
        "Cross-Origin-Resource-Policy": "cross-origin" if path == WIDGET else "same-origin",
        "X-Robots-Tag": "noindex",
    }


def _policy(settings: Settings, path: str) -> str:
    exit_to = urlsplit(settings.exit_url)
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'self'" if path == CITY_PAGE else "'none'",
        # Without script the exit button is a form that is redirected to the neutral page.
        "form-action": f"'self' {exit_to.scheme}://{exit_to.netloc}",
        "base-uri": "'none'",
        "frame-ancestors": settings.frame_ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())
