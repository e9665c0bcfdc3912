"""Custom actions: thin doors between Rasa and our rooms.

Flat modules, no subpackages: Rasa's SDK imports everything in here. Each action reads the slots, calls one function of
`bot`, says, and returns events; no exception leaves it (the SDK would print the conversation).
"""
