"""What the machine lacks: told to the person at the keyboard, in his language."""


class SetupError(Exception):
    """Something on this machine stands in the way; `key` names its sentence in the catalogue."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values
