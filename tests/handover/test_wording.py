from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.handover.notices.outbox import KINDS, Notice
from bot.handover.notices.wording import PATH, Wording, WordingError, build_mail, stable_id, staff_link


def notice(kind: str = "new_case", attempts: int = 1) -> Notice:
    return Notice(1, f"{kind}:0123", "0123", kind, "ABC-DEF", attempts, (), ())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_notice_has_a_mail_with_reference_and_link(kind):
    link = staff_link("https://staff.test/", "0123")
    mail = build_mail(notice(kind), "bot@city.test", ["unit@city.test"], Wording.load(), link)
    assert "ABC-DEF" in mail["Subject"] and link in mail.get_content()
    assert "{" not in mail["Subject"] + mail.get_content()
    assert (mail["Importance"] == "high") == kind.startswith(("acute", "deadline", "undelivered"))


def test_the_message_id_is_the_same_at_every_attempt():
    first, later = (
        build_mail(notice(attempts=n), "bot@city.test", ["u@city.test"], Wording.load(), "") for n in (1, 9)
    )
    assert first["Message-ID"] == later["Message-ID"] == f"<{stable_id(notice())}@city.test>"
    assert re.fullmatch(r"[0-9a-f]{40}", stable_id(notice()))
    assert stable_id(notice("acute")) != stable_id(notice())


@pytest.mark.parametrize(
    "old,new,message",
    [
        ("acute:", "akut:", "kinds → acute → subject is missing"),
        ("{link}", "{phone}", "footer may hold only"),
        ('subject: "Nytt ärende {reference}"', 'subject: ""', "kinds → new_case → subject is missing"),
        ('"Nytt ärende {reference}"', '"Nytt {reference}\\nBcc: x"', "kinds → new_case → subject must be one line"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, message: str):
    broken = tmp_path / "notices.yml"
    text = PATH.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(WordingError, match=message):
        Wording.load(broken)
