"""The second step: enrolling an app, codes once, recovery codes, and what half a sign-in opens."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import select

from bot.database import transaction
from bot.settings import Settings, SettingsError
from bot.staff.access import Member
from bot.staff.routes import BEFORE_AN_APP, BEFORE_THE_CODE, ROUTES
from bot.staff.sign_in.codes import CODES, new_secret, read_recovery_code, step_of
from bot.staff.sign_in.passwords import Passwords
from bot.staff.sign_in.second_factor import check_code, give_recovery_codes, reseal
from bot.tables import recovery_codes, staff
from tests.staff.console import CHEAP, NOW, PASSWORD, Client, Clock, Console, Reply

SECRET = new_secret()
PAPER = Passwords(CHEAP)


def code_of(secret: str, console: Console) -> str:
    return pyotp.TOTP(secret).at(console.clock.now)


def secret_of(reply: Reply) -> str:
    return reply.page.select_one("code.key").get_text().replace(" ", "")


def enrolled(console: Console, name: str = "siv", role: str = "case_worker") -> tuple[Client, str, list[str]]:
    """A signed-in client with an app; its secret and its recovery codes. The clock is on the next code."""
    client = console.signed_in(console.person(name, role, "exit_programme"))
    secret = secret_of(client.get("/andra-steget"))
    reply = client.submit("/andra-steget", code=code_of(secret, console))
    console.clock.move(seconds=30)
    return client, secret, [code.get_text() for code in reply.page.select(".codes code")]


def first_step(console: Console, name: str = "siv") -> Client:
    """A client whose password was right."""
    client = console.client()
    assert client.sign_in(name).to == "/kod"
    client.get("/kod")
    return client


@pytest.mark.parametrize("off", [-30, 0, 30])
def test_a_clock_half_a_minute_off_is_forgiven(off: int) -> None:
    code = pyotp.TOTP(SECRET).at(int(NOW.timestamp()) + off)
    assert step_of(SECRET, f"{code[:3]} {code[3:]}", NOW) == int(NOW.timestamp()) // 30 + off // 30


@pytest.mark.parametrize("off", [-90, -60, 60, 90])
def test_a_code_of_another_minute_is_wrong(off: int) -> None:
    assert step_of(SECRET, pyotp.TOTP(SECRET).at(int(NOW.timestamp()) + off), NOW) is None


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "１２３４５６", "å" * 6, "0" * 5000, "' OR 1=1"])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert step_of(SECRET, typed, NOW) is None
    assert read_recovery_code(typed) is None


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    assert read_recovery_code("abcd efghj-klmnp") == ("ABCD", "EFGHJKLMNP")
    assert read_recovery_code("ABC0-EFGHJ-KLMNP") is None


def test_the_page_shows_a_picture_and_the_key_and_keeps_them_until_the_code_came(console: Console) -> None:
    client = console.signed_in(console.person("siv", "editor"))
    first = client.get("/andra-steget")
    assert first.page.select_one("svg.qr path") and len(secret_of(first)) == 32
    assert secret_of(client.get("/andra-steget")) == secret_of(first)
    wrong = client.submit("/andra-steget", code="000000")
    assert wrong.status == 422 and "Koden stämmer inte" in wrong.said and secret_of(wrong) == secret_of(first)
    other = console.signed_in(_id_of(console, "siv"))
    assert secret_of(other.get("/andra-steget")) != secret_of(first)


def _id_of(console: Console, name: str) -> str:
    with console.engine.connect() as connection:
        return str(connection.execute(select(staff.c.id).where(staff.c.name == name)).scalar_one())


def test_enrolling_gives_ten_codes_once_and_stores_nothing_readable(console: Console) -> None:
    client, secret, codes = enrolled(console)
    assert len(set(codes)) == CODES
    page = client.get("/andra-steget")
    assert "10 reservkoder kvar" in page.said and codes[0] not in page.text and secret not in page.text
    with console.engine.connect() as connection:
        stored = str(connection.execute(select(staff)).all()) + str(connection.execute(select(recovery_codes)).all())
    assert secret not in stored and not any(code.replace("-", "")[4:] in stored for code in codes)
    assert console.log(action="enrol_factor") and console.log(action="recovery_codes")


def test_other_sessions_end_when_an_app_is_enrolled(console: Console) -> None:
    person = console.person("siv", "case_worker", "exit_programme")
    mine, other = console.signed_in(person), console.signed_in(person)
    secret = secret_of(mine.get("/andra-steget"))
    mine.submit("/andra-steget", code=code_of(secret, console))
    assert mine.get("/arenden").status == 200
    assert other.get("/arenden").to == "/logga-in"


def test_the_password_alone_opens_nothing(console: Console) -> None:
    enrolled(console)
    client = first_step(console)
    case = console.case()
    for path in ("/", "/arenden", f"/arenden/{case.id}", "/losenord", "/andra-steget", "/personal"):
        assert client.get(path).to == "/kod", path
    assert client.submit(f"/arenden/{case.id}/ta").to == "/kod"
    page = client.get("/kod").page
    assert page.find("input", {"name": "code"})["autocomplete"] == "one-time-code"
    assert not page.find("nav")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.permission != "open"], ids=lambda route: route.name)
def test_half_a_sign_in_opens_three_routes(console: Console, route) -> None:  # type: ignore[no-untyped-def]
    enrolled(console, role="admin")
    client = first_step(console)
    path = re.sub("<.*?>", "x", route.path)
    reply = client.get(path) if route.method == "GET" else client.submit(path)
    assert (reply.to == "/kod") is (route.name not in BEFORE_THE_CODE)


def test_the_code_opens_the_rest_with_a_new_session(console: Console) -> None:
    _, secret, _ = enrolled(console)
    client = first_step(console)
    half = client.cookies["staff"]
    assert client.submit("/kod", code=code_of(secret, console)).to == "/"
    assert client.cookies["staff"] != half
    assert client.get("/arenden").status == 200
    client.cookies["staff"] = half
    assert client.get("/arenden").to == "/logga-in"


def test_half_a_sign_in_ends_after_ten_minutes_however_busy(console: Console) -> None:
    enrolled(console)
    client = first_step(console)
    for _ in range(4):
        console.clock.move(minutes=3)
        reply = client.get("/kod")
    assert reply.to == "/logga-in"


def test_a_code_counts_once(console: Console) -> None:
    _, secret, _ = enrolled(console)
    code = code_of(secret, console)
    assert first_step(console).submit("/kod", code=code).status == 303
    assert first_step(console).submit("/kod", code=code).status == 401
    console.clock.move(seconds=30)
    assert first_step(console).submit("/kod", code=code_of(secret, console)).status == 303


def test_of_many_who_bring_the_same_code_at_once_one_gets_in(console: Console) -> None:
    _, secret, codes = enrolled(console)
    member = Member(_id_of(console, "siv"), "siv", "Siv", "case_worker")
    keys = console.settings.encryption_keys
    for code in (code_of(secret, console), codes[0]):
        with ThreadPoolExecutor(3) as pool:
            tries = [pool.submit(check_code, console.engine, PAPER, member, code, keys, NOW) for _ in range(3)]
        assert sum(each.result() for each in tries) == 1


def test_wrong_codes_make_the_next_wait_and_a_known_password_does_not_help(console: Console) -> None:
    _, secret, _ = enrolled(console)
    client = first_step(console)
    for _ in range(3):
        assert client.submit("/kod", code="000000").status == 401
    assert client.submit("/kod", code=code_of(secret, console)).status == 401
    assert console.client().sign_in("siv").status == 401
    console.clock.move(minutes=1)
    assert client.submit("/kod", code=code_of(secret, console)).status == 303
    assert len(console.log(action="code_refused")) == 3


def test_a_right_password_does_not_reset_the_count_of_wrong_codes(console: Console) -> None:
    enrolled(console)
    for _ in range(6):
        client = console.client()
        client.sign_in("siv")
        client.get("/kod")
        client.submit("/kod", code="000000")
    assert console.client().sign_in("siv").status == 401


def test_a_recovery_code_works_once_in_place_of_the_app(console: Console) -> None:
    _, _, codes = enrolled(console)
    assert first_step(console).submit("/kod", code=codes[0].lower().replace("-", " ")).to == "/"
    assert first_step(console).submit("/kod", code=codes[0]).status == 401
    assert console.log(action="code")[-1]["detail"] == {"factor": "recovery"}


def test_whoever_has_few_recovery_codes_is_told(console: Console) -> None:
    _, _, codes = enrolled(console)
    for code in codes[:8]:
        client = first_step(console)
        reply = client.submit("/kod", code=code)
    assert reply.to == "/andra-steget?klart=few_codes"
    assert "Du har få reservkoder kvar" in client.get(reply.to).said


def test_new_recovery_codes_need_a_code_and_end_the_old(console: Console) -> None:
    client, secret, codes = enrolled(console)
    client.get("/andra-steget")
    assert client.submit("/andra-steget/reservkoder", code="000000").status == 422
    reply = client.submit("/andra-steget/reservkoder", code=code_of(secret, console))
    fresh = [code.get_text() for code in reply.page.select(".codes code")]
    assert len(fresh) == CODES and not set(fresh) & set(codes)
    assert first_step(console).submit("/kod", code=codes[0]).status == 401


def test_another_phone_needs_a_code_of_the_old_one(console: Console) -> None:
    client, old, _ = enrolled(console)
    client.get("/andra-steget")
    assert client.submit("/andra-steget", code=code_of(old, console)).to == "/andra-steget"
    assert client.submit("/andra-steget/ny-app", old_code="000000").status == 422
    console.clock.move(seconds=30)
    assert client.submit("/andra-steget/ny-app", old_code=code_of(old, console)).to == "/andra-steget"
    new = secret_of(client.get("/andra-steget"))
    assert new != old
    assert client.submit("/andra-steget", code=code_of(new, console)).status == 200
    console.clock.move(seconds=60)
    assert first_step(console).submit("/kod", code=code_of(old, console)).status == 401
    assert first_step(console).submit("/kod", code=code_of(new, console)).status == 303


def test_an_administrator_resets_it_for_others_only(console: Console) -> None:
    siv, _, codes = enrolled(console)
    ada, _, _ = enrolled(console, "ada", "admin")
    ada.get("/personal")
    assert ada.submit(f"/personal/{_id_of(console, 'ada')}/andra-steget").status == 404
    assert ada.submit(f"/personal/{_id_of(console, 'siv')}/andra-steget").to == "/personal?klart=factor_reset"
    assert siv.get("/arenden").to == "/logga-in"
    assert console.client().sign_in("siv").to == "/"
    assert console.log(action="reset_factor")[0]["detail"] == {"person": _id_of(console, "siv")}
    with console.engine.connect() as connection:
        left = set(connection.execute(select(recovery_codes.c.staff_id)).scalars())
    assert left == {_id_of(console, "ada")} and codes


def test_where_it_is_required_nothing_opens_before_an_app_is_enrolled(strict: Console) -> None:
    client = strict.signed_in(strict.person("siv", "case_worker", "exit_programme"))
    for path in ("/", "/arenden", f"/arenden/{strict.case().id}"):
        assert client.get(path).to == "/andra-steget"
    secret = secret_of(client.get("/andra-steget"))
    client.submit("/andra-steget", code=code_of(secret, strict))
    assert client.get("/arenden").status == 200


def test_a_one_time_password_comes_before_the_app(strict: Console) -> None:
    strict.person("siv", "case_worker", "exit_programme", fresh=True)
    client = strict.client()
    assert client.sign_in("siv").to == "/losenord"
    assert client.get("/andra-steget").to == "/losenord"
    client.get("/losenord")
    new = "sju glada sälar sjöng"
    client.submit("/losenord", old=PASSWORD, new=new, repeated=new)
    assert client.get("/").to == "/andra-steget"


def test_what_is_open_before_the_steps_exists() -> None:
    assert {route.name for route in ROUTES} >= BEFORE_THE_CODE | BEFORE_AN_APP


@pytest.mark.parametrize(
    ("mode", "setting", "required"),
    [("demo", "", False), ("live", "", True), ("demo", "required", True), ("live", "optional", False)],
)
def test_it_is_required_in_live_unless_set_otherwise(mode: str, setting: str, required: bool) -> None:
    assert Settings("a", "b", (), mode=mode, second_factor=setting).second_factor_required is required


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="SECOND_FACTOR"):
        Settings("a", "b", (), second_factor="ja")


def test_a_change_of_keys_keeps_the_apps(console: Console) -> None:
    from cryptography.fernet import Fernet

    _, secret, _ = enrolled(console)
    new = Fernet.generate_key().decode()
    with transaction(console.engine) as connection:
        assert reseal(connection, (new, *console.settings.encryption_keys)) == 1
    member = Member(_id_of(console, "siv"), "siv", "Siv", "case_worker")
    assert check_code(console.engine, PAPER, member, code_of(secret, console), (new,), console.clock.now)


def test_codes_of_one_person_never_open_anothers_account(console: Console) -> None:
    _, _, codes = enrolled(console)
    berit, _, _ = enrolled(console, "berit")
    assert berit and first_step(console, "berit").submit("/kod", code=codes[0]).status == 401


def test_paper_codes_are_written_over_as_a_whole(console: Console) -> None:
    person = console.person("siv", "editor")
    with transaction(console.engine) as connection:
        give_recovery_codes(connection, PAPER, person, Clock().now)
        give_recovery_codes(connection, PAPER, person, Clock().now)
        assert len(connection.execute(select(recovery_codes)).all()) == CODES
