"""What the documents on personal data say is stored is what is stored."""

from __future__ import annotations

import re

import pytest

from bot.tables import metadata
from tests.test_tree import ROOT

RECORDS = (ROOT / "docs" / "records-of-processing.md").read_text(encoding="utf-8")
DPIA = (ROOT / "docs" / "dpia.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| ((?:`\w+` ?)+) \| ([^|]+) \| ([^|]+) \|$", flags=re.MULTILINE)
LISTED = {table: re.findall(r"`(\w+)`", columns) for table, columns, _, _ in ROW.findall(RECORDS)}
COLUMNS = {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}


def wrong_names(text: str) -> set[str]:
    """Every `table.column` of a text that is not there. Names of files have an ending that no column has."""
    named = set(re.findall(r"`(\w+)\.(\w+)`", text))
    return {f"{table}.{column}" for table, column in named if column not in COLUMNS.get(table, [])}


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_the_record_of_processing_lists_every_column(table: str) -> None:
    assert LISTED.get(table) == COLUMNS[table], (
        f"docs/records-of-processing.md: say what `{table}` holds, and when it is deleted: "
        + " ".join(f"`{column}`" for column in COLUMNS[table])
    )


def test_the_record_of_processing_lists_nothing_else() -> None:
    assert set(LISTED) == set(COLUMNS)


def test_the_assessment_names_only_what_is_there() -> None:
    assert re.findall(r"`(\w+)\.(\w+)`", DPIA) and not wrong_names(DPIA)
    alone = set(re.findall(r"`([a-z_]+)`", DPIA))
    assert alone <= set(COLUMNS), f"docs/dpia.md names {alone - set(COLUMNS)}, which is no table."


def test_a_column_that_is_gone_would_be_caught() -> None:
    assert wrong_names("`messages.ip_address`") == {"messages.ip_address"}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:docs|bot|tests)/[\w./-]+)`", RECORDS + DPIA))))
def test_a_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("text", [RECORDS, DPIA], ids=["records", "dpia"])
def test_what_only_the_city_can_decide_is_left_to_it(text: str) -> None:
    assert "[staden" in text
    assert not re.search(r"helt anonym|hemligt", text, flags=re.IGNORECASE)
