"""`off` and `on`: why, who and when are kept, and the command says how the switch stands."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.__main__ import main
from bot.database import create_database_engine, reading
from bot.settings import Settings
from bot.switch import ASSISTANT, COMMAND_LINE, Switch, name_of, read_switch
from bot.tables import audit


def stands(settings: Settings, name: str = ASSISTANT) -> Switch:
    with reading(create_database_engine(settings.database_url)) as connection:
        return read_switch(connection, name)


def lines(settings: Settings) -> list[tuple[str, str, str | None]]:
    with reading(create_database_engine(settings.database_url)) as connection:
        return [(row.staff_id, row.action, row.reason) for row in connection.execute(select(audit))]


def test_off_and_on_are_kept_with_who_and_why(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["off", "--comment", "fel nummer"]) == 0
    assert capsys.readouterr().out.startswith("The assistant is off since ")
    switch = stands(installation)
    assert (switch.is_off, switch.comment, switch.by) == (True, "fel nummer", COMMAND_LINE)
    assert main(["on"]) == 0
    assert not stands(installation).is_off
    assert lines(installation) == [(COMMAND_LINE, "switch_off", "fel nummer"), (COMMAND_LINE, "switch_on", "")]


def test_off_without_a_comment_is_refused(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["off"])
    assert main(["off", "--comment", " "]) == 1
    assert "no comment" in capsys.readouterr().out
    assert stands(installation) == Switch()
    assert lines(installation) == []


def test_off_twice_says_so_and_is_recorded_once(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    main(["off", "--comment", "fel nummer"])
    assert main(["off", "--comment", "igen"]) == 0
    assert "off already" in capsys.readouterr().out
    assert stands(installation).comment == "fel nummer"
    assert len(lines(installation)) == 1


def test_one_service_is_switched_by_itself(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["off", "--service", "exit_programme", "--comment", "alla sjuka"]) == 0
    assert capsys.readouterr().out.startswith("exit_programme is off since ")
    assert stands(installation, name_of("exit_programme")).comment == "alla sjuka"
    assert not stands(installation).is_off
    assert main(["on", "--service", "exit_programme"]) == 0
    assert not stands(installation, name_of("exit_programme")).is_off
    acts = [(by, act) for by, act, _ in lines(installation)]
    assert acts == [(COMMAND_LINE, "service_off"), (COMMAND_LINE, "service_on")]


def test_a_service_that_there_is_not_changes_nothing(
    installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["off", "--service", "exit", "--comment", "alla sjuka"]) == 1
    said = capsys.readouterr().out
    assert "no service 'exit'" in said and "exit_programme" in said
    assert lines(installation) == []
