"""What was said: need, age, place, role and urgency.

Pure functions in files that import no Rasa; `components.py`, `channel.py` and `tracker.py` are the shells that do.
"""
