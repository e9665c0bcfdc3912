"""The list of cases and one case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database import transaction
from bot.handover import case as handed
from bot.handover import thread
from bot.handover.contact import Contact, store_contact
from bot.handover.receipt import attach_receipt
from tests.staff.console import KEY, NOW, Client, Console, heard


@pytest.fixture
def siv(console: Console) -> Client:
    """A case worker of the exit programme."""
    return console.signed_in(console.person("siv", "case_worker", "exit_programme"))


def test_cases_stand_by_time_left_with_the_acute_and_the_late_first(console: Console) -> None:
    calm = console.case("1", hours=30)
    none = console.case("2", hours=None)
    late = console.case("3", hours=1)
    soon = console.case("4", hours=5)
    acute = console.case("5", hours=24, acute=True)
    console.clock.move(hours=2)
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    rows = client.get("/arenden").page.select("tbody tr")
    told = [(row.th.get_text(strip=True), " ".join(row.td.get_text(" ").split())) for row in rows]
    assert told == [
        (acute.reference, "Akut 22 tim kvar"),
        (late.reference, "Försenat 1 tim"),
        (soon.reference, "3 tim kvar"),
        (calm.reference, "1 dygn 4 tim kvar"),
        (none.reference, "Ingen utlovad tid"),
    ]
    assert [row.td.find_all("strong")[-1]["class"][-1] for row in rows] == [
        "soon",
        "late",
        "soon",
        "on_time",
        "no_promise",
    ]


def test_only_cases_of_ones_own_services_are_listed(console: Console, siv: Client) -> None:
    console.case("1", service="mini_maria", need="substance_use")
    own = console.case("2")
    page = siv.get("/arenden").page
    assert [link.get_text() for link in page.select("tbody a")] == [own.reference]


def test_the_list_names_need_service_and_district_in_swedish(console: Console, siv: Client) -> None:
    console.case(district="jarva")
    said = siv.get("/arenden").said
    assert "Lämna ett kriminellt liv" in said and "Avhopparverksamheten" in said and "Järva" in said


def test_the_list_can_be_narrowed_to_mine_and_to_what_nobody_has(console: Console, siv: Client) -> None:
    mine, free = console.case("1"), console.case("2")
    siv.get("/arenden")
    siv.submit(f"/arenden/{mine.id}/ta")
    shown = {v: [a.get_text() for a in siv.get(f"/arenden?visa={v}").page.select("tbody a")] for v in ("mine", "free")}
    assert shown == {"mine": [mine.reference], "free": [free.reference]}
    assert siv.get("/arenden?visa=<x>").status == 200


def test_a_case_that_has_had_its_first_contact_stands_apart(console: Console, siv: Client) -> None:
    console.case("1")
    done = console.case("2")
    with transaction(console.engine) as connection:
        handed.record_first_contact(connection, done.id, "someone", "phone", NOW)
    captions = [" ".join(c.get_text(" ").split()) for c in siv.get("/arenden").page.find_all("caption")]
    assert captions == ["Väntar på första kontakt (1)", "Första kontakt gjord (1)"]


@pytest.mark.parametrize(
    "path", ["", "/ta", "/svara", "/kontaktuppgifter", "/forsta-kontakt", "/avsluta", "/registrera"]
)
def test_a_case_of_another_service_looks_like_none_and_the_try_is_recorded(
    console: Console, siv: Client, path: str
) -> None:
    other = console.case(service="mini_maria", need="substance_use")
    for case_id in (other.id, "0" * 32):
        address = f"/arenden/{case_id}{path}"
        reply = siv.submit(address, text="x", reason="för att ringa upp") if path else siv.get(address)
        assert reply.status == 404 and "Det här finns inte" in reply.said
        assert other.reference not in reply.text
    assert [line["case_id"] for line in console.log(action="refused")] == [other.id, None]
    assert not console.log(action="read_case")


def test_opening_a_case_is_recorded_each_time(console: Console, siv: Client) -> None:
    case = console.case()
    siv.get(f"/arenden/{case.id}")
    siv.get(f"/arenden/{case.id}")
    lines = console.log(action="read_case", case_id=case.id)
    assert len(lines) == 2 and lines[0]["at"] == NOW


SAID = [
    {"text": "min bror vill ut", "understood": heard("leave_crime")},
    {"sender": "bot", "text": "Det finns hjälp."},
    {"text": "skrivet efteråt", "created_at": NOW.replace(hour=23)},
]


@pytest.mark.parametrize(
    ("shared", "seen", "unseen"),
    [
        ("topic", ["bara vad det gäller"], ["min bror vill ut", "kort sagt", "skrivet efteråt"]),
        ("summary", ["kort sagt"], ["min bror vill ut", "skrivet efteråt"]),
        ("conversation", ["min bror vill ut", "Det finns hjälp."], ["skrivet efteråt", "kort sagt"]),
    ],
)
def test_a_case_shows_what_the_person_chose_to_share_and_no_more(
    console: Console, siv: Client, shared: str, seen: list[str], unseen: list[str]
) -> None:
    console.talk("c" * 32, *SAID)
    case = console.case(shared=shared, summary="kort sagt")
    text = siv.get(f"/arenden/{case.id}").said
    assert all(word in text for word in seen)
    assert not any(word in text for word in unseen)


def test_a_talk_that_has_been_deleted_is_said_to_be_gone(console: Console, siv: Client) -> None:
    case = console.case(shared="conversation")
    assert "Samtalet finns inte kvar" in siv.get(f"/arenden/{case.id}").said


def test_a_case_never_shows_what_the_machine_made_of_the_person(console: Console, siv: Client) -> None:
    console.talk("c" * 32, {"text": "hej", "understood": heard("leave_crime", age=17, reason="model is unsure")})
    text = siv.get(f"/arenden/{console.case(shared='conversation').id}").text
    assert "model is unsure" not in text and "91 %" not in text


def test_the_thread_shows_staff_by_alias_and_whether_the_person_has_read(console: Console, siv: Client) -> None:
    case = console.case()
    worker = console.person("berit", "case_worker", "exit_programme")
    with transaction(console.engine) as connection:
        thread.post(connection, case.id, "person", "Är någon där?", NOW)
        thread.post(connection, case.id, "staff", "Ja, jag är här.", NOW, worker)
    said = siv.get(f"/arenden/{case.id}").said
    assert "Personen 23 nov. kl. 10.00 Är någon där?" in said
    assert "Berit 23 nov. kl. 10.00 Ja, jag är här. Inte läst än" in said


def test_opening_a_case_marks_the_persons_messages_as_read(console: Console, siv: Client) -> None:
    case = console.case()
    with transaction(console.engine) as connection:
        thread.post(connection, case.id, "person", "Hej", NOW)
    siv.get(f"/arenden/{case.id}")
    with transaction(console.engine) as connection:
        assert thread.messages(connection, case.id)[0].read_at == NOW


def test_staff_are_told_when_the_thread_may_not_reach_the_person(console: Console, siv: Client) -> None:
    case = console.case()
    warning = "ingen kvittenskod som gäller"
    assert warning in siv.get(f"/arenden/{case.id}").said
    with transaction(console.engine) as connection:
        attach_receipt(connection, case.id, "1234567890123456", KEY, NOW.replace(year=2027))
    assert warning not in siv.get(f"/arenden/{case.id}").said


def contact_case(console: Console) -> str:
    case = console.case(channel="callback")
    contact = Contact("+46701234567", "", True, False, "efter kl. 18", "säg att det är tandläkaren")
    with transaction(console.engine) as connection:
        store_contact(connection, case.id, contact, console.settings.encryption_keys, NOW)
    return case.id


def test_contact_details_are_shown_only_after_a_reason_and_only_once(console: Console, siv: Client) -> None:
    case = contact_case(console)
    assert "123 45 67" not in siv.get(f"/arenden/{case}").text
    shown = siv.submit(f"/arenden/{case}/kontaktuppgifter", reason="Ringer för första kontakt")
    assert shown.status == 200
    for word in ("070-123 45 67", "efter kl. 18", "tandläkaren", "Är det säkert att ringa? Ja", "meddelande? Nej"):
        assert word in shown.said
    assert "123 45 67" not in siv.get(f"/arenden/{case}").text
    (line,) = console.log(action="read_contact")
    assert (line["case_id"], line["reason"]) == (case, "Ringer för första kontakt")


def test_a_person_whom_it_is_not_safe_to_call_is_marked_out(console: Console, siv: Client) -> None:
    case = console.case(channel="callback")
    with transaction(console.engine) as connection:
        contact = Contact("+46701234567", "a@example.org", False)
        store_contact(connection, case.id, contact, console.settings.encryption_keys, NOW)
    shown = siv.submit(f"/arenden/{case.id}/kontaktuppgifter", reason="Ringer för första kontakt")
    assert "Ring inte." in shown.said and "Personen har inte sagt det" in shown.said


@pytest.mark.parametrize("reason", ["", "ringa", "aaaaaaaaaaaaaa", "x y" * 200])
def test_without_a_proper_reason_no_contact_details_are_shown(console: Console, siv: Client, reason: str) -> None:
    case = contact_case(console)
    siv.get("/arenden")
    reply = siv.submit(f"/arenden/{case}/kontaktuppgifter", reason=reason)
    assert reply.status == 422 and "123 45 67" not in reply.text
    assert reply.page.find(id="reason")["aria-invalid"] == "true"
    assert not console.log(action="read_contact")


def test_contact_details_stand_in_no_log_line(console: Console, siv: Client, caplog: pytest.LogCaptureFixture) -> None:
    case = contact_case(console)
    siv.get("/arenden")
    siv.submit(f"/arenden/{case}/kontaktuppgifter", reason="Ringer för första kontakt")
    assert "701234567" not in caplog.text and "701234567" not in str(console.log())


def test_a_case_without_contact_details_offers_none(console: Console, siv: Client) -> None:
    page = siv.get(f"/arenden/{console.case().id}")
    assert "Personen har inte lämnat kontaktuppgifter" in page.said
    assert not page.page.find(id="reason")


def test_a_case_that_the_person_took_back_says_not_to_contact(console: Console, siv: Client) -> None:
    case = contact_case(console)
    with transaction(console.engine) as connection:
        handed.withdraw(connection, case, NOW)
    said = siv.get(f"/arenden/{case}").said
    assert "Kontakta inte personen" in said
    reply = siv.submit(f"/arenden/{case}/kontaktuppgifter", reason="Ringer för första kontakt")
    assert "123 45 67" not in reply.text and reply.status == 422


def test_a_person_who_wants_no_contact_is_marked_in_large_letters_and_cannot_be_reached(
    console: Console, siv: Client
) -> None:
    case = contact_case(console)
    with transaction(console.engine) as connection:
        handed.stop_contact(connection, case, NOW)
    shown = siv.get(f"/arenden/{case}")
    assert shown.page.select_one(".alarm.stop").get_text(" ", strip=True).startswith("Kontakta inte personen.")  # type: ignore[union-attr]
    assert "Bad att inte bli kontaktad , personen" in shown.said or "Bad att inte bli kontaktad, personen" in shown.said
    assert not shown.page.find(id="text") and not shown.page.find(id="reason")
    refused = siv.submit(f"/arenden/{case}/kontaktuppgifter", reason="Ringer för första kontakt")
    assert refused.status == 422 and "123 45 67" not in refused.text and "bett att inte bli kontaktad" in refused.said
    assert siv.submit(f"/arenden/{case}/svara", text="hej").status == 422
    assert not console.log(action="read_contact")
    console.clock.move(minutes=5)
    with transaction(console.engine) as connection:
        thread.post(connection, case, "person", "jag har en fråga", console.clock())
    siv.get(f"/arenden/{case}")
    assert siv.submit(f"/arenden/{case}/svara", text="hej").status == 303


@pytest.mark.parametrize("until", [1, 2])
def test_of_a_shared_talk_staff_see_no_more_than_the_person_saw(console: Console, siv: Client, until: int) -> None:
    console.talk("c" * 32, {"text": "ett"}, {"sender": "bot", "text": "två"}, {"text": "tre"})
    case = console.case(shared="conversation", shared_until=until)
    said = [line.get_text() for line in siv.get(f"/arenden/{case.id}").page.select("ol.talk .said")]
    assert said == ["ett", "två"][:until]


def test_what_people_write_is_never_taken_for_markup(console: Console, siv: Client) -> None:
    case = console.case(shared="summary", summary="<script>alert(1)</script> {{ 7*7 }}")
    with transaction(console.engine) as connection:
        thread.post(connection, case.id, "person", "<img src=x onerror=alert(1)>", NOW)
    page = siv.get(f"/arenden/{case.id}")
    assert not page.page.select("script:not([src])") and not page.page.find("img")
    assert "{{ 7*7 }}" in page.said and "49" not in page.said.split()


def test_titles_tell_nothing_about_a_person(console: Console, siv: Client) -> None:
    title = siv.get(f"/arenden/{console.case().id}").page.title.string
    assert title == "Ett ärende – Vägvisaren personal"


def test_a_late_first_contact_still_says_that_it_was_late(console: Console, siv: Client) -> None:
    console.clock.move(days=-3)
    case = console.case("1", hours=2)
    console.clock.move(days=3)
    assert "Utlovad tid har gått ut för 1 ärende som väntar." in siv.get("/arenden").said
    with transaction(console.engine) as connection:
        handed.record_first_contact(connection, case.id, "siv", "phone", case.due_at + timedelta(hours=3))
    listed = siv.get("/arenden").said
    assert "Första kontakt gjord, 3 tim för sent" in listed and "väntar." not in listed.split("Första")[0]
    assert "Senaste 90 dagarna: 1 av 1 utlovade första kontakter kom för sent eller uteblev." in listed
    assert "Första kontakt gjord, 3 tim för sent" in siv.get(f"/arenden/{case.id}").said


@pytest.mark.parametrize(("hours", "said"), [(2, "Utan första kontakt, 3 tim för sent"), (24, "Utan första kontakt")])
def test_a_case_closed_without_contact_does_not_say_that_there_was_one(
    console: Console, siv: Client, hours: int, said: str
) -> None:
    console.clock.move(hours=-5)
    case = console.case("1", hours=hours)
    console.clock.move(hours=5)
    with transaction(console.engine) as connection:
        handed.close(connection, case.id, "siv", "not_reached", console.clock.now)
    page = siv.get(f"/arenden/{case.id}")
    assert page.page.select_one(".headline .chip").get_text() == said
    assert "Första kontakt gjord" not in page.page.select_one(".headline").get_text()


def test_a_list_without_promises_says_nothing_of_broken_ones(console: Console, siv: Client) -> None:
    console.case("1", hours=None)
    assert "Senaste 90 dagarna" not in siv.get("/arenden").said
