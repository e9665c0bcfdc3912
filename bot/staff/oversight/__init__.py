"""The record of every reading and act, and what in it somebody should ask about."""
