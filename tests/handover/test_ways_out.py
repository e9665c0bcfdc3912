from __future__ import annotations

from dataclasses import replace

import pytest

from bot.handover.notices.ways_out import MailServer, read_smtp_url, read_webhook_url
from bot.settings import SettingsError


def mail(settings, url: str, recipient: str = "unit@city.test", sender: str = "bot@city.test"):
    return read_smtp_url(replace(settings, smtp_url=url, notice_recipient=recipient, notice_sender=sender))


@pytest.mark.parametrize(
    "url,server",
    [
        ("smtp://mail.test", MailServer("mail.test", 25, "")),
        ("smtp://127.0.0.1:2525", MailServer("127.0.0.1", 2525, "")),
        ("smtps://mail.test", MailServer("mail.test", 465, "from the start")),
        ("smtps://u:p%40ss@mail.test:999", MailServer("mail.test", 999, "from the start", "u", "p@ss")),
        ("smtp+starttls://u:p@mail.test", MailServer("mail.test", 587, "after greeting", "u", "p")),
        ("smtp://u:p@localhost:25", MailServer("localhost", 25, "", "u", "p")),
    ],
)
def test_a_mail_url_is_read(settings, url, server):
    assert mail(settings, url) == (server, ("unit@city.test",))


def test_several_recipients_are_parted_by_commas(settings):
    assert mail(settings, "smtp://m.test", "a@city.test, b@city.test")[1] == ("a@city.test", "b@city.test")


@pytest.mark.parametrize(
    "url,name",
    [
        ("http://mail.test", "SMTP_URL must begin"),
        ("mail.test:25", "SMTP_URL"),
        ("smtp://", "SMTP_URL names no host"),
        ("smtp://mail.test:many", "SMTP_URL is no URL"),
        ("smtp://user:s3cret@mail.test", "password in clear"),
    ],
)
def test_a_mistaken_mail_url_is_named_without_its_content(settings, url, name):
    with pytest.raises(SettingsError, match=name) as caught:
        mail(settings, url)
    assert "s3cret" not in str(caught.value) and "mail.test" not in str(caught.value)


@pytest.mark.parametrize("recipient", ["", " , ", "unit", "a@b@c", "a@city.test\r\nBcc: x@y.test"])
def test_mail_without_somebody_to_write_to_is_refused(settings, recipient):
    with pytest.raises(SettingsError, match="NOTICE_RECIPIENT"):
        mail(settings, "smtp://m.test", recipient)


def test_a_sender_that_is_no_address_is_refused(settings):
    with pytest.raises(SettingsError, match="NOTICE_SENDER"):
        mail(settings, "smtp://m.test", sender="bot")


def test_the_password_does_not_show_in_a_traceback(settings):
    assert "p@ss" not in repr(mail(settings, "smtps://u:p%40ss@mail.test"))


@pytest.mark.parametrize("url", ["https://pager.test/x?k=1", "http://127.0.0.1:8080/x", "http://localhost/x"])
def test_a_webhook_has_tls_or_stays_on_this_machine(settings, url):
    assert read_webhook_url(replace(settings, webhook_url=url)) == url


@pytest.mark.parametrize("url", ["http://pager.test/x?k=s3cret", "ftp://pager.test", "pager"])
def test_any_other_webhook_is_refused_without_its_content(settings, url):
    with pytest.raises(SettingsError, match="WEBHOOK_URL") as caught:
        read_webhook_url(replace(settings, webhook_url=url))
    assert "s3cret" not in str(caught.value)
