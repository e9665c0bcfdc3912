"""Versions of the trained model: what each is made from, where its file lies, how good it is, which is in use.

Ground that understanding, staff and the commands stand on; nothing here imports Rasa or a room.
"""
