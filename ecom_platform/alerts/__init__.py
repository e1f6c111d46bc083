"""Telling people: incidents that are raised, folded and resolved, an outbox that loses nothing, and the sinks it goes to.

Sensors say what is wrong (`Alert`) or right again; the `Outbox` decides what of that is news and keeps it until every
sink has it. No alert holds data values or secrets: names, months, counts and a few keys are all there is.
"""
