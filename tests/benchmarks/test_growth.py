"""Growth, processes and training: what their lines compare and when a goal is met. The runs themselves need servers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks import run
from benchmarks.growth import lines_of as growth_lines
from benchmarks.processes import Speed, _processor, _talks
from benchmarks.processes import lines_of as process_lines
from benchmarks.talks import TURNS, fill
from benchmarks.training import lines_of as training_lines
from bot.database import create_database_engine, migrate, reading
from bot.tables import conversations, messages


@pytest.mark.parametrize(("slowest", "met"), [(14.0, True), (16.0, False)])
def test_each_size_is_held_against_the_one_before(slowest: float, met: bool) -> None:
    small, large = growth_lines({1: [10.0] * 20, 1_000: [10.0] * 20, 1_000_000: [slowest] * 20})
    assert small.met and large.met is met and large.peer == 10.0 and "1000000" in large.name


@pytest.mark.parametrize(("two", "met"), [(17.5, True), (16.5, False)])
def test_two_processes_have_a_goal_and_four_only_a_figure(two: float, met: bool) -> None:
    lines = list(process_lines({1: Speed(10.0, 0.1), 2: Speed(two, 0.0), 4: Speed(20.0, 0.0)}))
    assert [line.met for line in lines] == [met, True] and [line.bound for line in lines] == [17.0, None]


def test_a_training_with_few_epochs_says_so() -> None:
    [line] = training_lines(20.0, 60.0, 1, 100)
    assert line.met and "1 of 100 epochs" in line.name and "at most 100 messages" in line.name
    assert "all messages" in next(training_lines(20.0, 60.0, 100, 0)).name


def test_talks_can_be_put_in_beside_those_that_are_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    engine = create_database_engine(url)
    fill(engine, 3, seed=1)
    fill(engine, 4, seed=2, first=3)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(conversations)).scalar_one() == 7
        assert connection.execute(select(func.count()).select_from(messages)).scalar_one() == 7 * 2 * TURNS
    engine.dispose()


def test_talks_go_to_the_processes_in_turn() -> None:
    asked: list[str] = []

    class Answer:
        async def __aenter__(self) -> Answer:
            return self

        async def __aexit__(self, *_error: object) -> None:
            await asyncio.sleep(0.001)

        def raise_for_status(self) -> None:
            pass

        async def read(self) -> None:
            pass

    class Http:
        def post(self, address: str, json: object) -> Answer:  # noqa: ARG002
            asked.append(address)
            return Answer()

    async def ask() -> int:
        return await _talks(Http(), ["a", "b"], asyncio.get_running_loop().time() + 0.2)  # type: ignore[arg-type]

    assert asyncio.run(ask()) > 0
    assert asked.count("a/message") > 0 and asked.count("b/message") > 0


def test_the_machine_says_how_much_of_it_was_idle() -> None:
    total, idle = _processor()
    assert 0 < idle < total


def test_every_comparison_is_a_command_of_its_own_with_a_quick_look() -> None:
    for name in run.ALL:
        source = (run.HERE / f"{name}.py").read_text(encoding="utf-8")
        assert '"--quick"' in source and "def main() -> int" in source
