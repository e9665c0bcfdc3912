"""An OpenID Connect provider to test against: Authlib's server side in Flask, its own process, real keys.

`python -m tests.staff.oidc_provider PORT CALLBACK` serves on loopback. `/control` sets what the next tokens get wrong.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "vagvisaren", "a secret of the client"
FORM = """<!doctype html><html lang="en"><title>City sign-in</title><h1>City sign-in</h1>
<form method="post"><label>Name <input name="user"></label><button>Sign in</button></form>"""


@dataclass
class State:
    """Keys, codes, people, and what the next tokens get wrong."""

    issuer: str
    callback: str
    keys: list[RSAKey] = field(default_factory=list)
    published: list[RSAKey] = field(default_factory=list)
    codes: dict[str, Any] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    fault: str = ""

    def rotate(self, publish: bool = True) -> None:
        """Sign with a new key from now on."""
        self.keys = [RSAKey.generate_key(2048, {"kid": f"key-{time.time_ns()}", "use": "sig", "alg": "RS256"})]
        if publish:
            self.published = list(self.keys)


@dataclass
class Client:
    """The one client that is known."""

    callback: str

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.callback

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.callback

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"

    @property
    def id_token_signed_response_alg(self) -> str:
        return "RS256"


@dataclass
class Code:
    """An authorization code, good once."""

    code: str
    user: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class User:
    """Whoever has signed in."""

    id: str

    def get_user_id(self) -> str:
        return self.id


def create_provider(state: State) -> Flask:
    """The provider as a web application."""
    app = Flask(__name__)
    state.rotate()
    server = AuthorizationServer(app, query_client=lambda _id: Client(state.callback), save_token=lambda *_: None)
    server.register_grant(_code_grant(state), [_id_tokens(state), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Any:
        issuer = "https://somebody.else" if state.fault == "metadata" else state.issuer
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        addresses = {name: f"{state.issuer}/{path}" for name, path in paths.items()}
        return jsonify({"issuer": issuer, "end_session_endpoint": f"{state.issuer}/sign-out", **addresses})

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(KeySet(state.published).as_dict(private=False))

    @app.get("/authorize")
    def ask() -> Any:
        return FORM

    @app.post("/authorize")
    def authorize() -> Any:
        user = User(request.form["user"])
        grant = server.get_consent_grant(end_user=user)
        return server.create_authorization_response(grant_user=user, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/sign-out")
    def sign_out() -> Any:
        return "<!doctype html><html lang='en'><title>Signed out</title><h1>Signed out of the city</h1>"

    @app.post("/control")
    def control() -> Any:
        wanted = request.get_json()
        state.fault = wanted.get("fault", "")
        state.people.update(wanted.get("people", {}))
        if "rotate" in wanted:
            state.rotate(publish=wanted["rotate"])
        return jsonify({})

    return app


def _code_grant(state: State) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            pkce = asked["code_challenge"], asked["code_challenge_method"]
            place = request.payload.redirect_uri, request.payload.scope
            state.codes[code] = Code(code, request.user.id, *place, asked["nonce"], *pkce)

        def query_authorization_code(self, code: str, client: Any) -> Code | None:  # noqa: ARG002
            return state.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del state.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> User:
            return User(authorization_code.user)

    return CodeGrant


def _id_tokens(state: State) -> OpenIDCode:
    class IdTokens(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ARG002
            return any(code.nonce == nonce for code in state.codes.values())

        def resolve_client_private_key(self, client: Any) -> RSAKey:  # noqa: ARG002
            if state.fault == "signature":  # another key that says it is the published one
                other = RSAKey.generate_key(2048).as_dict(private=True)
                return RSAKey.import_key({**other, "kid": state.published[0].kid})
            return state.keys[0]

        def get_client_claims(self, client: Any) -> dict[str, Any]:  # noqa: ARG002
            age = {"expired": -7200, "slow-clock": -3630}.get(state.fault, 0)
            issuer = "https://somebody.else" if state.fault == "issuer" else state.issuer
            audience = "another-client" if state.fault == "audience" else CLIENT_ID
            now = int(time.time()) + age
            return {"iss": issuer, "aud": [audience], "iat": now, "exp": now + 3600, "auth_time": now}

        def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
            return {"nonce": "another" if state.fault == "nonce" else authorization_code.nonce}

        def get_encode_header(self, client: Any) -> dict[str, Any]:
            return {"alg": "RS256", "kid": self.resolve_client_private_key(client).kid}

        def generate_user_info(self, user: User, scope: str) -> UserInfo:  # noqa: ARG002
            return UserInfo(sub=user.id, preferred_username=user.id, **state.people.get(user.id, {}))

    return IdTokens()


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    port, callback = int(sys.argv[1]), sys.argv[2]
    running = make_server(
        "127.0.0.1", port, create_provider(State(f"http://127.0.0.1:{port}", callback)), threaded=True
    )
    running.serve_forever()
