"""Months and days as the world counts them: months by number, days since 1970-01-01."""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86_400


def month_number(month: date) -> int:
    """Months since January 1970: one more each month."""
    return (month.year - EPOCH.year) * 12 + month.month - 1


def first_of(number: int) -> date:
    """The first day of the month with this number."""
    return date(EPOCH.year + number // 12, number % 12 + 1, 1)


def months_between(start: date, end: date) -> list[date]:
    """The first day of every month from start's to end's."""
    return [first_of(number) for number in range(month_number(start), month_number(end) + 1)]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=number)


def days_in_month(month: date) -> int:
    return day_number(first_of(month_number(month) + 1)) - day_number(month)
