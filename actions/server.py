"""The action server: Rasa's SDK on loopback, closed to all who do not know the shared secret."""

from __future__ import annotations

import hmac
import logging

from rasa_sdk.endpoint import create_app
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.parts import parts
from bot.metrics import tell
from bot.settings import Settings
from bot.stopping import stop_politely

SECRET_HEADER = "x-inner-secret"


def create_actions_app(settings: Settings) -> Sanic:
    """The SDK's own app behind the secret: without it anyone who reaches the port could forge a hand-over."""
    app = create_app("actions")
    stop_politely(app, settings)

    @app.middleware("request")
    async def check(request: Request) -> HTTPResponse | None:
        given = request.headers.get(SECRET_HEADER, "")
        allowed = request.path == "/health" or hmac.compare_digest(given.encode(), settings.inner_secret.encode())
        return None if allowed else response.json({"error": "unauthorised"}, 401)

    return app


def main() -> None:
    """Check the parts first: a wrong catalogue must stop the start, not the first person who writes."""
    settings = Settings.from_environment()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    tell(settings, "actions", parts().metrics)
    app = create_actions_app(settings)
    app.run(host=settings.host, port=settings.actions_port, workers=1, access_log=False)


if __name__ == "__main__":
    main()
