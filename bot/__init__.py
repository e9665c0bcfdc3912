"""Vägvisaren: the way of a message, room by room.

    person ─► chat ─► understanding ─► routing ─► handover ─► staff

chat            the front door: session, masking, transcript, page, degraded mode
understanding   what was said: need, age, place, role, urgency (Rasa and spaCy)
routing         need, age, place and hour → the service that takes it, with a reason
handover        the case, its receipt, its deadline and the notices that leave the house
staff           the console: queue, thread, review

Imports go one way: settings, database < understanding, routing < handover < chat, staff. `actions` (outside this
package, because Rasa's action server wants it there) may import understanding's pure functions, routing and handover.
"""
