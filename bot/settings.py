"""The only reader of the environment.

Every process gets one frozen `Settings`. `make run` writes the secrets once to `var/secrets.env` (mode 0600); a
production host sets them itself. A missing or malformed value is said with its name, never with its content.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "VAGVISAREN_"
ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("INNER_SECRET", "HASH_KEY", "ENCRYPTION_KEYS")
MODES = ("demo", "live")
# What stands behind this in the environment may be named in the file of on-call ladders; no other value can be.
ON_CALL_SECRET = f"{PREFIX}ON_CALL_"


class SettingsError(ValueError):
    """A setting is missing or malformed; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """All that differs between two installations.

    Durations carry their unit in the name. `encryption_keys` are Fernet keys, newest first. `hash_key` keys every
    stored hash (session tokens, receipt codes), so that a copied database alone opens nothing. Without a
    `ledger_directory` the ledger of deletions lies in the data directory.
    """

    inner_secret: str
    hash_key: str
    encryption_keys: tuple[str, ...]
    mode: str = "demo"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'vagvisaren.db'}"
    data_directory: Path = ROOT / "var"
    model_directory: Path = ROOT / "models"
    host: str = "127.0.0.1"
    chat_port: int = 8000
    staff_port: int = 8001
    rasa_port: int = 5005
    actions_port: int = 5055
    metrics_host: str = "127.0.0.1"
    chat_metrics_port: int = 0
    staff_metrics_port: int = 0
    rasa_metrics_port: int = 0
    actions_metrics_port: int = 0
    relay_metrics_port: int = 0
    rasa_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055"
    staff_url: str = "http://127.0.0.1:8001"
    reply_timeout_seconds: float = 8.0
    drain_seconds: float = 0.0
    session_idle_minutes: int = 30
    retention_days: int = 30
    disposal_decision: str = ""
    ledger_directory: str = ""
    backup_days: int = 35
    backup_key: str = field(default="", repr=False)
    case_system_folder: str = ""
    receipt_days: int = 90
    training_consent: bool = False
    exit_url: str = "https://www.smhi.se/"
    accessibility_contact: str = ""
    frame_ancestors: str = "'self'"
    cookie_secure: bool = True
    second_factor: str = ""
    local_sign_in: bool = True
    break_glass_account: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_roles: str = ""
    smtp_url: str = ""
    notice_sender: str = "vagvisaren@localhost"
    notice_recipient: str = ""
    webhook_url: str = ""
    on_call: str = ""
    monitor_url: str = ""
    log_level: str = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `VAGVISAREN_<FIELD>` for every field.

        Raises:
            SettingsError: a secret is missing, a number is no number, or the mode is unknown.
        """
        values = os.environ if environment is None else environment
        missing = [PREFIX + name for name in SECRETS if not values.get(PREFIX + name)]
        if missing:
            raise SettingsError(f"Set {', '.join(missing)} (`python -m bot serve` makes them for a local run).")
        given = {f.name: values[PREFIX + f.name.upper()] for f in fields(cls) if PREFIX + f.name.upper() in values}
        return cls(**{name: _read(name, text) for name, text in given.items()})  # type: ignore[arg-type]

    @classmethod
    def without_secrets(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """For a command that opens nothing, such as `check`: it must work where no secret has been set yet.

        Raises:
            SettingsError: a number is no number, or the mode is unknown.
        """
        values = os.environ if environment is None else environment
        return cls.from_environment({**{PREFIX + name: "-" for name in SECRETS}, **values})

    def __post_init__(self) -> None:
        """Refuse a mode that nobody has defined.

        Raises:
            SettingsError: the mode is neither `demo` nor `live`, or staff could not sign in as the settings say.
        """
        if self.mode not in MODES:
            raise SettingsError(f"{PREFIX}MODE is '{self.mode}'; it must be one of: {', '.join(MODES)}.")
        _check_sign_in(self)

    @property
    def second_factor_required(self) -> bool:
        """Whether local accounts need a second step: by default in live, not in demo."""
        return (self.second_factor or ("required" if self.mode == "live" else "optional")) == "required"

    def to_environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        return {PREFIX + f.name.upper(): _write(getattr(self, f.name)) for f in fields(self)}


def _check_sign_in(settings: Settings) -> None:
    if settings.second_factor not in ("", "required", "optional"):
        raise SettingsError(f"{PREFIX}SECOND_FACTOR must be 'required' or 'optional'.")
    city = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_roles)
    if any(city) and not all(city):
        raise SettingsError(f"Set all of {PREFIX}OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET and _ROLES, or none.")
    nearby = urlsplit(settings.oidc_issuer).hostname in ("127.0.0.1", "localhost")
    if settings.oidc_issuer and not settings.oidc_issuer.startswith("https://") and not nearby:
        raise SettingsError(f"{PREFIX}OIDC_ISSUER must begin with https://.")
    if not settings.local_sign_in and not settings.oidc_issuer:
        raise SettingsError(f"{PREFIX}LOCAL_SIGN_IN is false and no {PREFIX}OIDC_ISSUER is set: nobody could sign in.")


def on_call_secrets(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The secrets of SMS and pager gateways by name: `VAGVISAREN_ON_CALL_SMS_TOKEN` is `SMS_TOKEN`."""
    values = os.environ if environment is None else environment
    return {
        name.removeprefix(ON_CALL_SECRET): value for name, value in values.items() if name.startswith(ON_CALL_SECRET)
    }


_TYPES = {f.name: str(f.type) for f in fields(Settings)}


def _read(name: str, text: str) -> object:
    kind = _TYPES[name]
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name.upper()} must be a number.") from error
    if kind == "bool":
        return _truth(name, text)
    if kind == "Path":
        return Path(text)
    return tuple(part.strip() for part in text.split(",")) if kind.startswith("tuple") else text


def _truth(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise SettingsError(f"{PREFIX}{name.upper()} must be 'true' or 'false'.")
    return text.lower() == "true"


def _write(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
