"""What can go wrong, typed by what must be done about it.

PasserelleError
├── MalformedError      the mail breaks a rule          → back to the sender, with the reason
├── UnsupportedError    the mail is right, not for us   → back to the sender, with the reason
├── UntrustedError      its origin cannot be believed   → quarantine
├── UnavailableError    something did not answer        → try again
└── OvertakenError      another attempt owns the work   → stop, nothing to do
"""


class PasserelleError(Exception):
    """A failure with a stable code (`room.rule`) and a sentence; neither ever holds patient data."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{text} [{code}]")
        self.code = code
        self.text = text


class MalformedError(PasserelleError):
    """The mail breaks a rule of its format."""


class UnsupportedError(PasserelleError):
    """The mail is well made, but the bridge does not carry such mail."""


class UntrustedError(PasserelleError):
    """The origin or the integrity of the mail is not proven."""


class UnavailableError(PasserelleError):
    """A service did not answer, or not in time."""


class OvertakenError(PasserelleError):
    """Another attempt has moved this delivery on."""
