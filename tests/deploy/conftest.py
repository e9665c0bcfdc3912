"""The running door, as in the tests of the chat."""

from __future__ import annotations

from tests.chat.conftest import door

__all__ = ["door"]
