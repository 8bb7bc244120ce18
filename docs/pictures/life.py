"""Draw the picture of docs/life-of-a-delivery.md from the table of states (`python -m docs.pictures.life`)."""

import re
from pathlib import Path

from passerelle.core.receipts.lifecycle import AT_WORK, TRANSITIONS, WITH_A_PERSON, State

PAGE = Path(__file__).parents[1] / "life-of-a-delivery.md"
_DRAWN = re.compile(
    r"(?<=<!-- drawn from core/receipts/lifecycle.py -->\n).*?(?=<!-- end of what is drawn -->)", re.DOTALL
)
_KINDS = {"work": AT_WORK, "person": WITH_A_PERSON}


def drawn() -> str:
    """Return the table as a picture, for who follows one mail, and as a matrix, for who looks a step up."""
    arrows = [f"    {before.value} --> {after.value}" for before, after in _steps()]
    classes = [f"    class {state.value} {_kind(state)}" for state in State]
    picture = (
        "stateDiagram-v2",
        "    direction LR",
        "    classDef work fill:#e3effb,stroke:#3b6ea5",
        "    classDef person fill:#f6e3f8,stroke:#8e3fa0",
        "    classDef done fill:#e6f4e6,stroke:#3f7d3f",
        "    [*] --> RECEIVED : a mail",
        "    [*] --> READY : a notice",
        *arrows,
        *classes,
    )
    head = f"| from ↓ to → | {' | '.join(state.value for state in State)} |"
    rows = (
        f"| **{one.value}** | {' | '.join('●' if to in TRANSITIONS[one] else ' ' for to in State)} |" for one in State
    )
    return "\n".join(("```mermaid", *picture, "```", "", head, "|---" * (len(State) + 1) + "|", *rows, ""))


def _steps() -> list[tuple[State, State]]:
    return [(before, after) for before in State for after in State if after in TRANSITIONS[before]]


def _kind(state: State) -> str:
    return next((name for name, states in _KINDS.items() if state in states), "done")


def page(text: str) -> str:
    """Return the page with its picture drawn again."""
    return _DRAWN.sub(lambda _: drawn(), text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
