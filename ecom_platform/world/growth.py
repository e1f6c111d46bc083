"""How many users sign up in a month: constant growth, Poisson noise, independent of the as-of day."""

import numpy as np

from ecom_platform.world.draws import stream

RATE = (7 / 3) ** (1 / 18)
"""Growth factor a month. r^18 = 7/3 makes the latest 18 of any 36 months hold 7/3 times the signups of the 18 before: 70 %."""

SCALE_MONTHS = 36


def expected_signups(users: int, month_index: int) -> float:
    """Expected signups in the month `month_index` months after the start, `users` being those of the first 36 months."""
    return float(users * RATE**month_index * (RATE - 1) / (RATE**SCALE_MONTHS - 1))


def signups(seed: int, users: int, month_index: int, month_number: int) -> int:
    """Signups of a month: Poisson, drawn for the month alone."""
    key = int(stream(seed, f"signups of month {month_number}"))
    return int(np.random.Generator(np.random.Philox(key=key)).poisson(expected_signups(users, month_index)))
