"""What wakes a step."""

from typing import Protocol


class Queue(Protocol):
    """Wake-ups for the next verb (SQS)."""

    def wake(self, verb: str, name: str, group: str = "") -> None:
        """Wake `translate`, `deliver` or `acknowledge` for a delivery, or `accept` for the key of an envelope.

        Those of a group (Delivery.group) share what the verb can do fairly with those of the others.
        """
