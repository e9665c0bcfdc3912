"""The doorway to the city's own sign-in: OpenID Connect, authorization code with PKCE. All HTTP to it goes from here.

Discovery and keys are kept for an hour. A signature that no known key fits makes the keys be fetched anew, once: the
provider may have changed them a moment ago. A token counts only if issuer, audience, time, nonce and signature fit.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import Token

KEPT = timedelta(hours=1)
SECONDS = 5
SKEW_SECONDS = 60
SIGNATURES = ("RS256", "PS256", "ES256")
SCOPE = "openid profile"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(Exception):
    """The sign-in came to nothing. `code`: `city_away` (cannot be reached) or `city_failed` (it said no, or lied)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Attempt:
    """What one attempt has to be remembered by, from leaving for the provider until the person is back."""

    state: str
    nonce: str
    verifier: str


@dataclass
class _Known:
    """What the provider has said of itself, and when."""

    at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    keys: KeySet | None = None


@dataclass(frozen=True)
class Provider:
    """One provider; `redirect_uri` is where it sends people back, and nothing from a request ever changes it."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    known: _Known = field(default_factory=_Known)
    gate: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, now: datetime) -> tuple[Attempt, str]:
        """A new attempt, and the address to send the person to.

        Raises:
            ProviderError: the provider cannot be reached.
        """
        attempt = Attempt(*(secrets.token_urlsafe(48) for _ in range(3)))
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return attempt, _with(self._metadata(now)["authorization_endpoint"], asked)

    def finish(self, attempt: Attempt, code: str, now: datetime) -> Mapping[str, Any]:
        """The claims about the person that a code stands for; all of them checked.

        Raises:
            ProviderError: the code is refused, the token is not right, or the provider cannot be reached.
        """
        metadata = self._metadata(now)
        token = self._token(metadata, attempt, code)
        read = self._read(token, now)
        wanted = _options(self.issuer, self.client_id), _params(self, attempt, token)
        checked = CodeIDToken(read.claims, read.header, *wanted)
        try:
            checked.validate(now=int(now.timestamp()), leeway=SKEW_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, LookupError) as error:
            raise ProviderError("city_failed") from error
        return dict(checked)

    def sign_out_address(self, back: str, now: datetime) -> str | None:
        """Where a person ends the provider's own session, or None if it has no such page or is away."""
        try:
            address = self._metadata(now).get("end_session_endpoint")
        except ProviderError:
            return None
        return _with(address, {"client_id": self.client_id, "post_logout_redirect_uri": back}) if address else None

    def _token(self, metadata: Mapping[str, Any], attempt: Attempt, code: str) -> Mapping[str, Any]:
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"
        try:
            with OAuth2Session(
                self.client_id, self.client_secret, method, redirect_uri=self.redirect_uri, default_timeout=SECONDS
            ) as session:
                session.max_redirects = 0
                found: Mapping[str, Any] = session.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=attempt.verifier
                )
                return found
        except (AuthlibBaseError, ValueError) as error:
            raise ProviderError("city_failed") from error
        except requests.RequestException as error:
            raise ProviderError("city_away") from error

    def _read(self, token: Mapping[str, Any], now: datetime) -> Token:
        """The identity token, if one of the provider's keys has signed it."""
        id_token = str(token.get("id_token") or "")
        for keys in (self._keys(now), None):
            try:
                return jwt.decode(id_token, keys or self._keys(now, anew=True), list(SIGNATURES))
            except (JoseError, ValueError) as error:
                if keys is None:
                    raise ProviderError("city_failed") from error
        raise ProviderError("city_failed")

    def _metadata(self, now: datetime) -> Mapping[str, Any]:
        with self.gate:
            if self.known.at is None or now - self.known.at > KEPT:
                found = _get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
                self._check(found)
                self.known.metadata, self.known.keys, self.known.at = found, None, now
            return self.known.metadata

    def _check(self, found: Mapping[str, Any]) -> None:
        """The provider is who we think, and none of its addresses is weaker than its name."""
        if str(found.get("issuer", "")).rstrip("/") != self.issuer.rstrip("/"):
            raise ProviderError("city_failed")
        wanted = urlsplit(self.issuer).scheme
        if any(urlsplit(str(found.get(name, ""))).scheme not in ("https", wanted) for name in NEEDED):
            raise ProviderError("city_failed")

    def _keys(self, now: datetime, anew: bool = False) -> KeySet:
        metadata = self._metadata(now)
        with self.gate:
            if self.known.keys is None or anew:
                try:
                    self.known.keys = KeySet.import_key_set(dict(_get(metadata["jwks_uri"])))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError) as error:
                    raise ProviderError("city_failed") from error
            return self.known.keys


def _get(address: str) -> Mapping[str, Any]:
    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderError("city_away") from error
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderError("city_away")
    return found


def _with(address: str, fields: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}"


def _options(issuer: str, client_id: str) -> dict[str, Any]:
    exact = {"iss": issuer, "aud": client_id}
    return {
        **{name: {"essential": True, "value": value} for name, value in exact.items()},
        **{name: {"essential": True} for name in ("sub", "exp", "iat")},
    }


def _params(provider: Provider, attempt: Attempt, token: Mapping[str, Any]) -> dict[str, Any]:
    return {"nonce": attempt.nonce, "client_id": provider.client_id, "access_token": token.get("access_token")}
