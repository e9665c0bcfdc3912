"""The file of on-call ladders, as somebody who is no programmer may write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.handover.notices.on_call import OnCall
from bot.handover.notices.on_call_file import OnCallError, fill, read_on_call
from bot.settings import on_call_secrets
from tests.test_tree import ROOT

EXAMPLE = ROOT / "deploy" / "on_call.example.yml"
SECRETS = {"SMS_TOKEN": "s3cret"}


def read(tmp_path: Path, old: str = "", new: str = "", secrets: dict[str, str] | None = None) -> OnCall:
    """The example with one change."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "jour.yml"
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return read_on_call(path, SECRETS if secrets is None else secrets)


def faults(tmp_path: Path, old: str = "", new: str = "", secrets: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(OnCallError) as caught:
        read(tmp_path, old, new, secrets)
    return caught.value.problems


def test_the_example_is_read_with_its_rungs_in_order(tmp_path):
    ladder = read(tmp_path).of("exit_programme", None)
    assert [rung.name for rung in ladder] == ["Jourtelefonen", "Samordnaren", "Enhetschefen"]
    assert (ladder[0].mail, ladder[0].number) == (("jour@example.org",), "+46701740605")
    assert ladder[0].gateway.headers == {"Authorization": "Bearer s3cret"}


def test_a_ladder_is_found_by_receiving_unit_first_and_by_service_where_that_is_unknown(tmp_path):
    on_call = read(tmp_path, "unit: mini_maria", "unit: Enhet Väst")
    assert on_call.of("anything", "Enhet Väst") is not None
    assert on_call.of("exit_programme", None) is not on_call.of("exit_programme", "Enhet Väst")
    assert on_call.of("mini_maria", "Enhet Öst") is None


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("rungs:", "steg:", "enheten exit_programme, fältet steg", "fältet är okänt"),
        ("      - name: Jourtelefonen", "      - namn: Jourtelefonen", "steg 1, fältet name", "saknas"),
        ("[jour@example.org]", "[jour]", "enheten exit_programme, steg 1, fältet mail", "jour är ingen mejladress"),
        ('"+46701740605"', "+46701740605", "steg 1, fältet number", "Siffror behöver citattecken"),
        ('"+46701740605"', '"jouren"', "steg 1, fältet number", "numret ska bestå av siffror"),
        ('        number: "+46701740605"\n', "", "steg 1, fältet gateway", "hör ihop"),
        ("gateway: sms", "gateway: larm", "steg 1, fältet gateway", "ingen gateway med id larm"),
        ('webhook: "https:', 'webhook: "http:', "enheten mini_maria, steg 2, fältet webhook", "https://"),
        ('url: "https://sms', 'url: "https://me:pw@sms', "tjänsten för sms sms, fältet url", "namn eller lösenord"),
        ("v1/messages", "v1?token=abc123", "tjänsten för sms sms, fältet url", "skriv inte hemligheten i filen"),
        ("{secret:SMS_TOKEN}", "abc123", "fältet headers.Authorization", "skriv inte hemligheten i filen"),
        ("{subject} {link}", "{name}", "tjänsten för sms sms, fältet body", "{name} får inte stå här"),
        ("{subject} {link}", "{secret:SMS_TOKEN}", "fältet body", "{secret:SMS_TOKEN} får inte stå här"),
        ("{subject} {link}", "{phone}", "fältet body", "{kind}, {subject}, {reference}, {link}, {number}"),
        ('"to": "{number}"', '"to": "jouren"', "fältet body", "{number}"),
        ('{link}"}', "{link}", "tjänsten för sms sms, fältet body", "giltig JSON"),
        ("unit: mini_maria", "unit: exit_programme", "enheten exit_programme, fältet unit", "finns två gånger"),
        ("name: Samordnaren", "name: Jourtelefonen", "enheten exit_programme, fältet rungs", "Jourtelefonen finns två"),
        ("        mail: [mottagningen@example.org]\n", "", "enheten mini_maria, steg 1", "inget sätt att nå någon"),
        ("gateways:", "\tgateways:", "hela filen", "går inte att läsa som YAML (rad"),
    ],
)
def test_a_mistake_is_said_in_swedish_with_file_entry_and_field(tmp_path, old, new, place, problem):
    told = faults(tmp_path, old, new)
    assert any(line.startswith("jour.yml, ") and place in line and problem in line for line in told), told


def test_every_fault_is_said_at_once_and_no_secret_with_it(tmp_path):
    told = faults(tmp_path, "[jour@example.org]", "[jour]\n        telefon: 08", {"SMS_TOKEN": ""})
    assert len(told) == 3
    assert any("VAGVISAREN_ON_CALL_SMS_TOKEN är inte satt" in line for line in told)
    assert "s3cret" not in str(faults(tmp_path, "rungs:", "steg:"))


@pytest.mark.parametrize(
    "content", ["", "units: []", "units: jour", "- 1", "units:\n  - 3", "units:\n  - unit: x\n    rungs: []"]
)
def test_an_empty_or_odd_file_is_a_fault_and_never_a_crash(tmp_path, content):
    path = tmp_path / "jour.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OnCallError):
        read_on_call(path, SECRETS)


@pytest.mark.parametrize(
    "make", [Path.parent.fget, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe\x00")]
)
def test_a_file_that_is_not_there_or_no_text_is_a_fault(tmp_path, make):
    make(tmp_path / "jour.yml")
    with pytest.raises(OnCallError, match=r"finns inte|går inte att läsa"):
        read_on_call(tmp_path / "jour.yml", SECRETS)


def test_only_variables_of_its_own_can_be_named_so_that_no_key_of_ours_leaves():
    found = on_call_secrets({"VAGVISAREN_HASH_KEY": "ours", "VAGVISAREN_ON_CALL_SMS_TOKEN": "theirs", "PATH": "x"})
    assert found == {"SMS_TOKEN": "theirs"}


def test_neither_secret_nor_number_shows_in_a_traceback(tmp_path):
    shown = repr(read(tmp_path))
    assert "s3cret" not in shown and "4670174" not in shown and "hooks/mini-maria" not in shown


def test_braces_of_json_stay_and_only_known_words_are_filled():
    assert fill('{"a": {"b": "{kind}"}, "c": "{other}"}', {"kind": "acute"}) == '{"a": {"b": "acute"}, "c": "{other}"}'
