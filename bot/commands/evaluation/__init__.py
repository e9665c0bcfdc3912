"""The parts of `python -m bot evaluate`: read labelled messages, run them, count, draw, and hold against the floors."""
