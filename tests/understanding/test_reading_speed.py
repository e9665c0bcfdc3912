"""How long a reading takes, and that no text is too odd for it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.reading import read, read_topic

ORDINARY = "min son är 16 och röker på varje dag, vi bor i farsta. vad kostar mini maria?"
# 2,000 characters of life: people, ages, places, questions.
STORY = (
    "Jag är mamma till tre och bor i Rågsved sedan tolv år. Min äldsta son är sexton och har slutat gå till skolan, och"
    " min man, 48, säger att det går över. I går hittade jag tabletter i hans jacka och två telefoner som inte är hans."
    " Min syster i Solna tycker att jag ska ringa soc men jag är rädd att de tar barnen. Hur lång tid tar det innan man"
    " får hjälp, och får skolan veta? "
) * 5
# The promise is 1 ms and 8 ms on a quiet machine; a busy one, as in CI, must not fail for it.
BUSY = 3


def milliseconds(text: str, times: int) -> float:
    """The fastest of some readings, past the cache: the others say how busy the machine is."""
    taken = []
    for _ in range(times):
        read_topic.cache_clear()
        start = time.perf_counter()
        read(text)
        taken.append(time.perf_counter() - start)
    return min(taken) * 1000


@pytest.mark.parametrize(("text", "limit"), [(ORDINARY, 1), (STORY[:2000], 8)], ids=["ordinary", "longest"])
def test_a_message_is_read_within_its_time(text: str, limit: float) -> None:
    assert milliseconds(text, 30) < limit * BUSY


@pytest.mark.parametrize("text", ["\x00", "\ud800", "½", "a" * 2000, "min " * 500, "16 " * 600, "?" * 2000])
def test_a_text_that_is_no_message_is_read(text: str) -> None:
    read(text)


@given(st.text(max_size=2000))
def test_any_text_is_read(text: str) -> None:
    read(text)
