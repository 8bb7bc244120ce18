"""What no step asks of the machine by itself: the time, names, chance."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Return the time now, aware, in UTC."""


Mint = Callable[[], str]
"""Return a name that nobody ever had (a random UUID in hex): for events and attempts."""


Chance = Callable[[], float]
"""Return a random number from 0 to 1."""
