"""Signing in through the city, against a provider that runs as a process of its own."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from bot.database import now as current_time
from bot.settings import Settings, SettingsError
from bot.staff.parts import StaffParts
from bot.staff.sign_in.city import CALLBACK_PATH, open_attempt, seal_attempt
from bot.staff.sign_in.city_roles import CityRoles, CityRolesError
from bot.staff.sign_in.passwords import Passwords
from bot.staff.sign_in.provider import Attempt
from bot.tables import staff
from tests.chromium import running_browser
from tests.ports import free_port
from tests.staff.console import CHEAP, NEEDS, SERVICES, Client, Clock, Console, Reply, Running
from tests.staff.oidc_provider import CLIENT_ID, CLIENT_SECRET
from tests.test_tree import ROOT

EXAMPLE = ROOT / "deploy" / "oidc-roles.yml"
GROUPS = {"siv": ["vagvisaren-avhopp"], "ada": ["vagvisaren-admin"], "gast": ["other"], "utan": []}


@dataclasses.dataclass
class Provider:
    """The provider's process, and what a test tells it."""

    port: int
    console_port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def callback(self) -> str:
        return f"http://127.0.0.1:{self.console_port}{CALLBACK_PATH}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.staff.oidc_provider", str(self.port), self.callback]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                return self.set(people={name: {"groups": groups} for name, groups in GROUPS.items()})
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the provider did not start")

    def stop(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def set(self, **wanted: Any) -> None:
        """What the next tokens get wrong (`fault`), who is in which group (`people`), a new key (`rotate`)."""
        requests.post(f"{self.issuer}/control", json=wanted, timeout=10).raise_for_status()

    def sign_in(self, address: str, user: str = "siv") -> str:
        """Fill in the provider's form; the address that it sends the browser back to."""
        answer = requests.post(address, data={"user": user}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    made = Provider(free_port(), free_port())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    running_provider.set(fault="")
    return running_provider


def with_city(settings: Settings, provider: Provider, **changes: Any) -> Settings:
    usual = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    place = {"oidc_roles": str(EXAMPLE), "staff_url": f"http://127.0.0.1:{provider.console_port}"}
    return dataclasses.replace(settings, **{**usual, **place, **changes})


def run(engine: Engine, settings: Settings, provider: Provider) -> Running:
    parts = StaffParts(engine, NEEDS, SERVICES, {}, current_time, Passwords(CHEAP))
    return Running(settings, parts, provider.console_port)


@pytest.fixture
def city(engine: Engine, settings: Settings, provider: Provider) -> Iterator[Console]:
    """A console where one signs in through the city or with an own account; its clock is the real one."""
    settings = with_city(settings, provider)
    with run(engine, settings, provider) as running:
        yield Console(engine, Clock(current_time()), settings, running.base)


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come_back(client: Client, provider: Provider, user: str = "siv") -> Reply:
    """Out to the provider and back again."""
    return client.get(path_of(provider.sign_in(client.get("/logga-in/staden").to, user)))


def test_the_way_out_carries_state_nonce_and_a_challenge_and_only_our_address(city: Console) -> None:
    reply = city.client().get("/logga-in/staden?next=https://evil.example&redirect_uri=https://evil.example")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(reply.to).query).items()}
    assert asked["redirect_uri"] == city.settings.staff_url + CALLBACK_PATH
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43 and len(asked["code_challenge"]) == 43
    (cookie,) = reply.cookies
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert asked["state"] not in cookie and asked["nonce"] not in cookie


def test_a_person_with_a_group_is_signed_in_with_its_role(city: Console, provider: Provider) -> None:
    client = city.client()
    reply = come_back(client, provider)
    assert reply.status == 200 and "Du är inloggad" in reply.said
    assert any("staff=" in c and "SameSite=Strict" in c for c in reply.cookies)
    assert client.cookies["staff-city"] == ""
    assert client.get("/").to == "/arenden"
    assert "Socialsekreterare" in client.get("/arenden").text
    assert city.log(action="sign_in_city")[0]["detail"] == {"role": "case_worker"}


def test_the_account_follows_the_groups_at_every_sign_in(city: Console, provider: Provider) -> None:
    first = city.client()
    come_back(first, provider)
    provider.set(people={"siv": {"groups": ["vagvisaren-granskare"]}})
    client = city.client()
    come_back(client, provider)
    assert client.get("/").to == "/samtal"
    provider.set(people={"siv": {"groups": []}})
    assert come_back(city.client(), provider).status == 403
    assert client.get("/samtal").to == first.get("/arenden").to == "/logga-in"
    provider.set(people={"siv": {"groups": GROUPS["siv"]}})
    with city.engine.connect() as connection:
        assert len(connection.execute(select(staff)).all()) == 1


@pytest.mark.parametrize("user", ["gast", "utan", "okand"])
def test_a_person_without_a_role_is_refused_in_plain_words(city: Console, provider: Provider, user: str) -> None:
    client = city.client()
    reply = come_back(client, provider, user)
    assert reply.status == 403 and "Du har ingen roll i Vägvisaren" in reply.said
    assert client.get("/").to == "/logga-in"
    assert city.log(action="sign_in_no_role")[0]["staff_id"] == "city"


def test_a_closed_account_stays_closed(city: Console, provider: Provider) -> None:
    come_back(city.client(), provider)
    with city.engine.begin() as connection:
        connection.execute(update(staff).values(disabled_at=current_time()))
    assert come_back(city.client(), provider).status == 403


def test_a_local_account_of_the_same_name_is_not_taken_over(city: Console, provider: Provider) -> None:
    local = city.person("siv", "admin")
    client = city.client()
    come_back(client, provider)
    assert client.get("/").to == "/arenden"
    with city.engine.connect() as connection:
        names = {row.id: row.name for row in connection.execute(select(staff.c.id, staff.c.name))}
    assert names.pop(local) == "siv" and [name.startswith("siv ") for name in names.values()] == [True]


@pytest.mark.parametrize("password", ["", "!", "no account has this password"])
def test_no_password_opens_an_account_of_the_city(city: Console, provider: Provider, password: str) -> None:
    come_back(city.client(), provider)
    assert city.client().sign_in("siv", password).status == 401


def test_an_account_of_the_city_has_no_password_and_no_second_step_here(city: Console, provider: Provider) -> None:
    client = city.client()
    come_back(client, provider)
    assert client.get("/losenord").status == client.get("/andra-steget").status == 404
    ada = city.signed_in(city.person("ada", "admin"))
    ada.get("/personal")
    siv = city.log(action="sign_in_city")[0]["staff_id"]
    assert ada.submit(f"/personal/{siv}/engangslosenord").status == 404


@pytest.mark.parametrize("fault", ["expired", "audience", "signature", "issuer", "nonce"])
def test_a_token_that_is_not_right_signs_nobody_in(city: Console, provider: Provider, fault: str) -> None:
    client = city.client()
    provider.set(fault=fault)
    reply = come_back(client, provider)
    assert reply.status == 401 and "gick inte att slutföra" in reply.said
    assert client.get("/").to == "/logga-in"
    assert reply.page.find("input", {"name": "password"}), "local accounts can still sign in"
    provider.set(fault="")
    assert come_back(client, provider).status == 200


def test_a_clock_half_a_minute_apart_is_forgiven(city: Console, provider: Provider) -> None:
    provider.set(fault="slow-clock")
    assert come_back(city.client(), provider).status == 200


def test_a_provider_that_says_another_name_is_not_believed(city: Console, provider: Provider) -> None:
    provider.set(fault="metadata")
    assert city.client().get("/logga-in/staden").status == 401


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(city: Console, provider: Provider) -> None:
    mine, other = city.client(), city.client()
    for client in (mine, other):
        client.start = client.get("/logga-in/staden").to  # type: ignore[attr-defined]
    answer = path_of(provider.sign_in(other.start))  # type: ignore[attr-defined]
    assert mine.get(answer).status == 401
    assert city.client().get(answer).status == 401
    forged = answer.replace("state=", "state=x")
    assert other.get(forged).status == 401
    assert not city.log(action="sign_in_city")


@pytest.mark.parametrize(
    "query",
    ["", "?error=access_denied", "?code=x", "?state=x&code=", "?code=x&state=å%00", "?iss=https://evil.example"],
)
def test_an_answer_that_is_none_is_refused(city: Console, query: str) -> None:
    client = city.client()
    client.get("/logga-in/staden")
    assert client.get(CALLBACK_PATH + query).status == 401


def test_a_code_works_once(city: Console, provider: Provider) -> None:
    client = city.client()
    answer = path_of(provider.sign_in(client.get("/logga-in/staden").to))
    attempt = client.cookies["staff-city"]
    assert client.get(answer).status == 200
    assert client.get(answer).status == 401  # the attempt is over
    client.cookies["staff-city"] = attempt
    assert client.get(answer).status == 401  # and the provider takes the code only once


def test_an_attempt_is_over_after_ten_minutes() -> None:
    from cryptography.fernet import Fernet

    keys, clock = (Fernet.generate_key().decode(),), Clock()
    sealed = seal_attempt(Attempt("state", "nonce", "verifier"), keys, clock.now)
    assert open_attempt(sealed, "state", keys, clock.now) == Attempt("state", "nonce", "verifier")
    assert open_attempt(sealed, "", keys, clock.now) is None
    assert open_attempt("not ours", "state", keys, clock.now) is None
    clock.move(minutes=11)
    assert open_attempt(sealed, "state", keys, clock.now) is None


def test_a_new_key_of_the_provider_is_fetched(city: Console, provider: Provider) -> None:
    assert come_back(city.client(), provider).status == 200
    provider.set(rotate=True)
    assert come_back(city.client(), provider).status == 200
    provider.set(rotate=False)  # signs with a key that it has not published
    assert come_back(city.client(), provider).status == 401
    provider.set(rotate=True)


def test_when_the_provider_is_away_it_is_said_and_local_accounts_get_in(
    engine: Engine, settings: Settings, provider: Provider
) -> None:
    away = Provider(free_port(), provider.console_port)
    with run(engine, with_city(settings, away), away) as running:
        console = Console(engine, Clock(current_time()), settings, running.base)
        console.person("siv", "admin")
        client = console.client()
        reply = client.get("/logga-in/staden")
        assert reply.status == 503 and "svarar inte just nu" in reply.said
        assert reply.page.find("input", {"name": "password"})
        assert client.sign_in("siv").to == "/"


def test_a_provider_that_goes_away_in_the_middle_is_said(engine: Engine, settings: Settings) -> None:
    own = Provider(free_port(), free_port())
    own.start()
    with run(engine, with_city(settings, own), own) as running:
        client = Client(running.base)
        answer = path_of(own.sign_in(client.get("/logga-in/staden").to))
        own.stop()
        assert client.get(answer).status == 503


def test_with_local_sign_in_off_only_the_emergency_account_gets_in(
    engine: Engine, settings: Settings, provider: Provider
) -> None:
    settings = with_city(settings, provider, local_sign_in=False, break_glass_account="Nöd")
    with run(engine, settings, provider) as running:
        console = Console(engine, Clock(current_time()), settings, running.base)
        console.person("siv", "admin")
        console.person("nöd", "admin")
        page = console.client().get("/logga-in").page
        assert page.find("details").find("input", {"name": "password"})
        assert console.client().sign_in("siv").status == 401
        assert console.client().sign_in("nöd").to == "/"
        assert len(console.log(action="break_glass")) == 1


def test_with_local_sign_in_off_and_no_emergency_account_there_is_no_form(
    engine: Engine, settings: Settings, provider: Provider
) -> None:
    with run(engine, with_city(settings, provider, local_sign_in=False), provider) as running:
        console = Console(engine, Clock(current_time()), settings, running.base)
        console.person("siv", "admin")
        assert not console.client().get("/logga-in").page.find("input", {"name": "password"})
        assert console.client().sign_in("siv").status == 403
        assert not console.log()


def test_signing_out_offers_the_citys_own(city: Console, provider: Provider) -> None:
    client = city.client()
    come_back(client, provider)
    client.get("/arenden")
    assert client.submit("/logga-ut").to == "/utloggad"
    link = client.get("/utloggad").page.select_one("a.button")["href"]
    assert link.startswith(f"{provider.issuer}/sign-out?client_id={CLIENT_ID}&post_logout_redirect_uri=")
    assert client.get("/arenden").to == "/logga-in"


@pytest.mark.slow
def test_in_a_browser_one_click_leads_there_and_back(city: Console) -> None:
    with running_browser() as browser:
        page = browser.new_context(base_url=city.base, locale="sv-SE").new_page()
        page.goto("/logga-in")
        page.get_by_role("link", name="Logga in med stadens inloggning").click()
        page.get_by_label("Name").fill("siv")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Ärenden", exact=True)).to_be_visible()
        cookies = {cookie["name"]: cookie.get("sameSite") for cookie in page.context.cookies()}
        assert cookies["staff"] == "Strict" and "staff-city" not in cookies
        page.get_by_role("button", name="Logga ut").click()
        page.get_by_role("link", name="Logga ut från stadens inloggning").click()
        expect(page.get_by_role("heading", name="Signed out of the city")).to_be_visible()


def test_without_the_setting_there_is_nothing_of_it(console: Console) -> None:
    client = console.client()
    assert "stadens inloggning" not in client.get("/logga-in").text
    assert [client.get(path).status for path in ("/logga-in/staden", CALLBACK_PATH, "/utloggad")] == [404] * 3


RULE = {"value": "a", "role": "reviewer", "alias": "Granskare"}
FAULTS: list[tuple[Any, str]] = [
    ("just a text", "top: must be fields"),
    ({"claim": "g", "name": "n"}, "top, field rules: is missing"),
    ({"claim": "g", "name": "n", "rules": []}, "top, field rules: must be a list"),
    ({"claim": 1, "name": "n", "rules": [RULE]}, "top, field claim: must be a text"),
    ({"claim": "g", "name": "n", "rules": [{**RULE, "rol": 1}]}, "rule 1, field rol: unknown"),
    ({"claim": "g", "name": "n", "rules": [RULE, {**RULE, "role": "chef"}]}, "rule 2, field role: 'chef' is none"),
    ({"claim": "g", "name": "n", "rules": [{**RULE, "role": "case_worker"}]}, "rule 1, field services: a list"),
    ({"claim": "g", "name": "n", "rules": [{**RULE, "services": ["x"]}]}, "rule 1, field services: a list"),
    (
        {"claim": "g", "name": "n", "rules": [{**RULE, "role": "case_worker", "services": ["x"]}]},
        "rule 1, field services: services.yml has no service 'x'",
    ),
]


@pytest.mark.parametrize(("content", "words"), FAULTS)
def test_a_fault_in_the_file_of_roles_names_entry_and_field(tmp_path: Path, content: Any, words: str) -> None:
    from ruamel.yaml import YAML

    path = tmp_path / "roles.yml"
    with path.open("w") as target:
        YAML(typ="safe").dump(content, target)
    with pytest.raises(CityRolesError, match=r"roles\.yml") as raised:
        CityRoles.load(path, SERVICES)
    assert words in str(raised.value)


def test_services_of_several_groups_are_added_and_the_first_role_counts() -> None:
    roles = CityRoles.load(EXAMPLE, SERVICES)
    grant = roles.grant({"groups": ["vagvisaren-admin", "vagvisaren-mini-maria", "vagvisaren-avhopp"]})
    assert grant and (grant.role, grant.services) == ("case_worker", ("exit_programme", "mini_maria"))
    assert roles.grant({"groups": "vagvisaren-admin"}) is not None
    assert [roles.grant({"groups": odd}) for odd in (None, [], {}, [1, None], "")] == [None] * 5


@pytest.mark.parametrize(
    "changes",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "a", "oidc_client_secret": "b", "oidc_roles": "c"},
        {"oidc_issuer": "http://127.0.0.1.evil", "oidc_client_id": "a", "oidc_client_secret": "b", "oidc_roles": "c"},
        {"local_sign_in": False},
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="VAGVISAREN_"):
        Settings("a", "b", (), **changes)
