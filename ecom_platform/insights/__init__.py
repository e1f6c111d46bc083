"""The answers: what each question is about, what it rests on, how it is estimated, and how it is put into words.

A question has a file under `questions/` that declares an `Inquiry`. It gets aggregates that the warehouse has computed, and
gives effects. Nothing here reads a warehouse, knows Dagster or sees a row of a user: `orchestration` makes assets of it.
"""
