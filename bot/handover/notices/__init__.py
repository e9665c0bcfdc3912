"""Notices to staff: written with the case, sent by the relay, up the ladder when nobody answers."""
