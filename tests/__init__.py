"""Tests, in the same rooms as the code; `conversations/`, `browser/` and `faults/` go through all of them."""
