"""What a notice says: read from `notices.yml`, filled with the reference and the link and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.handover.notices.outbox import ALARMS, KINDS, Notice

PATH = Path(__file__).with_name("notices.yml")
PLACEHOLDERS = {"reference": "ABC-DEF", "link": "https://example.org"}


class WordingError(ValueError):
    """`notices.yml` lacks something; the message names the file, the entry and the field."""


@dataclass(frozen=True)
class Wording:
    """Kind of notice → subject and text."""

    subjects: Mapping[str, str]
    texts: Mapping[str, str]

    @classmethod
    def load(cls, path: Path = PATH) -> Wording:
        """Read the file.

        Raises:
            WordingError: a kind, a subject, a text or the footer is missing, or holds an unknown placeholder.
        """
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        footer = _text(path, content, "footer")
        subjects = {kind: _field(path, content, kind, "subject") for kind in KINDS}
        texts = {kind: f"{_field(path, content, kind, 'text').strip()}\n\n{footer.strip()}\n" for kind in KINDS}
        return cls(subjects, texts)

    def subject(self, kind: str, reference: str) -> str:
        """One line."""
        return self.subjects[kind].format(reference=reference)

    def text(self, kind: str, reference: str, link: str) -> str:
        """The body of a mail."""
        return self.texts[kind].format(reference=reference, link=link)


def _field(path: Path, content: Mapping[str, Any], kind: str, name: str) -> str:
    entry = (content.get("kinds") or {}).get(kind) or {}
    return _text(path, entry, name, f"kinds → {kind} → ")


def _text(path: Path, entry: Mapping[str, Any], name: str, where: str = "") -> str:
    text = entry.get(name)
    if not isinstance(text, str) or not text.strip():
        raise WordingError(f"{path.name}: {where}{name} is missing or empty.")
    if name == "subject" and "\n" in text.strip():
        raise WordingError(f"{path.name}: {where}{name} must be one line.")
    try:
        text.format(**PLACEHOLDERS)
    except (KeyError, IndexError, ValueError) as error:
        raise WordingError(f"{path.name}: {where}{name} may hold only {{reference}} and {{link}}.") from error
    return text


def staff_link(staff_url: str, case_id: str) -> str:
    """Where staff open the case, once they have signed in; the id is random and says nothing."""
    return f"{staff_url.rstrip('/')}/arenden/{case_id}"


def stable_id(notice: Notice, way: str = "") -> str:
    """The same at every attempt by one way, for Message-ID and Idempotency-Key; safe in both whatever the key holds."""
    return sha256(f"{notice.key}\n{way}".encode() if way else notice.key.encode()).hexdigest()[:40]


def build_mail(notice: Notice, sender: str, recipients: Sequence[str], wording: Wording, link: str) -> EmailMessage:
    """The mail to the unit, plain text; its Message-ID is the same at every attempt."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, ", ".join(recipients)
    mail["Subject"] = wording.subject(notice.kind, notice.reference)
    mail["Message-ID"] = f"<{stable_id(notice)}@{domain_of(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    if notice.kind in ALARMS:
        mail["Importance"] = "high"
    mail.set_content(wording.text(notice.kind, notice.reference, link), cte="quoted-printable")
    return mail


def domain_of(address: str) -> str:
    """What stands after the @."""
    return address.rpartition("@")[2]
