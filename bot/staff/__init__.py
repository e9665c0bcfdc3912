"""The staff console: cases with the time left of their promise, conversations, and a record of every reading."""
