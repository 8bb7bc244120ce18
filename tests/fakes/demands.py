"""What a fake demands of its caller."""


def demand(right: bool, rule: str) -> None:  # noqa: FBT001 - an assertion that speaks
    if not right:
        raise AssertionError(rule)
