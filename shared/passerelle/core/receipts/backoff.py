"""How long to wait before the next try."""

from datetime import timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
HORIZON = timedelta(days=5)
"""How long a mail is tried: RFC 5321 §4.5.4.1, at least 4 to 5 days."""

_DOUBLINGS = 7  # 30 s · 2^7 is past the hour


def delay(failures: int, chance: float) -> timedelta:
    """Return a wait after so many failures before this one: 30 s · 2^n, at most 1 h, times chance (full jitter)."""
    if not 0 <= chance <= 1:
        msg = "chance is a number from 0 to 1"
        raise ValueError(msg)
    return min(FIRST * (1 << min(max(failures, 0), _DOUBLINGS)), LONGEST) * chance
