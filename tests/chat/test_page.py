"""What the page weighs, and where its words stand."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from bot.chat.web.assets import SCRIPTS, squeeze_script, squeeze_style, tidy
from bot.chat.web.pages import FOLDER
from bot.sentences import Sentences
from tests.chat.running import Door

ROOM = FOLDER.parent
LIMIT_BYTES = 15 * 1024
SWEDISH = re.compile(r"[åäöÅÄÖ]")


def zipped(door: Door, path: str) -> int:
    page = door.call("GET", path, headers={"Accept-Encoding": "identity"})
    body = page.body if isinstance(page.body, str) else str(page.body)
    return len(gzip.compress(body.encode(), 9))


def test_all_that_the_chat_loads_weighs_at_most_fifteen_kilobytes(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    loads = ["/chatt", "/page/chat.css", "/page/exit.js", "/page/chat.js", "/page/icon.svg"]
    weights = {path: zipped(door, path) for path in loads}
    with capsys.disabled():
        print(f"\npage: {sum(weights.values())} bytes gzip {weights}")
    assert sum(weights.values()) <= LIMIT_BYTES


def test_with_the_widget_around_it_too(door: Door) -> None:
    loads = ["/widget.js", "/chatt", "/page/chat.css", "/page/exit.js", "/page/chat.js", "/page/icon.svg"]
    assert sum(zipped(door, path) for path in loads) <= LIMIT_BYTES


def test_the_list_of_what_is_loaded_is_complete(door: Door) -> None:
    named = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', door.call("GET", "/chatt").body))
    assert named == {"/page/chat.css", "/page/exit.js", "/page/chat.js", "/page/icon.svg"}


def test_files_are_sent_zipped_to_who_can_read_it(door: Door) -> None:
    assert door.call("GET", "/page/chat.js", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", sorted((FOLDER / "static").glob("*.js")), ids=lambda path: path.name)
def test_no_swedish_word_to_a_person_stands_in_script(path: Path) -> None:
    code = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.strip().startswith("//"))
    assert not SWEDISH.search(code)


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.name)
def test_every_sentence_that_the_door_names_stands_in_domain_yml(path: Path) -> None:
    known = Sentences.load("demo").texts
    named = re.findall(r'"(utter_\w+)"', path.read_text("utf-8"))
    assert not [name for name in named if name not in known]


def test_every_refusal_has_its_sentence() -> None:
    known = Sentences.load("demo").texts
    source = "".join(path.read_text("utf-8") for path in ROOM.rglob("*.py"))
    codes = set(re.findall(r'Refused\(\d+, "(\w+)"', source)) | set(re.findall(r'"(\w+_receipt)"', source))
    assert not [code for code in codes if f"utter_door_{code}" not in known]
    for code in ("missing", "bad_phone", "bad_email", "bad_choice", "too_long"):
        assert f"utter_contact_{code}" in known


def test_every_script_of_the_folder_is_part_of_one_that_is_served() -> None:
    pieces = {piece for names in SCRIPTS.values() for piece in names}
    assert pieces == {path.stem for path in (FOLDER / "static").glob("*.js")}


def test_what_is_for_readers_of_the_code_is_not_sent() -> None:
    assert tidy("// why\n\n  const a = 1; // b\n/* c */\n  x\n") == "const a = 1; // b\nx"


def test_blanks_that_only_readers_need_are_not_sent() -> None:
    assert squeeze_style('.a :is(b, c) > d { e: f "g, { h"; }\n.i { j: k; }') == '.a :is(b,c)>d{e:f "g, { h"}.i{j:k}'
    assert squeeze_script('const a = (b) => { c("d, e = f"); };\ng - h') == 'const a=(b)=>{c("d, e = f");};\ng - h'


@pytest.mark.parametrize("path", sorted((FOLDER / "static").glob("*.js")), ids=lambda path: path.name)
def test_no_template_text_of_a_script_holds_a_blank_that_would_be_lost(path: Path) -> None:
    source = path.read_text("utf-8")
    if path.stem == "widget":  # its style sheet bears it
        source = source.partition("const STYLE")[0] + source.rpartition("}`;")[2]
    while (inner := re.sub(r"`([^`$]*)`", check, re.sub(r"\$\{[^{}`]*\}", "", source))) != source:
        source = inner


def check(template: re.Match[str]) -> str:
    assert squeeze_script(template.group(1)) == template.group(1)
    return '""'


@pytest.mark.parametrize("path", sorted((FOLDER / "static").glob("*.[jc]s*")), ids=lambda path: path.name)
def test_a_comment_of_a_file_is_a_line_and_no_line_of_text_looks_like_one(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("/*") == len(re.findall(r"^\s*/\*.*\*/$", source, flags=re.MULTILINE))
    assert not re.search(r"`[^`]*\n\s*//[^`]*`", source)


def test_a_piece_of_a_script_is_not_served_by_itself(door: Door) -> None:
    assert door.call("GET", "/page/shift.js").status == 404


def test_nothing_but_our_own_files_is_served(door: Door) -> None:
    for name in ("..%2f..%2fapp.py", "base.html", "../pages.py", "chat.css.bak"):
        assert door.call("GET", f"/page/{name}").status == 404
