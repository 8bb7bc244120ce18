"""docs/operating.md says what to do about every alarm of the template, and speaks of no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_alarm_of_the_template_has_its_first_thing_to_do() -> None:
    template = (ROOT / "template.yaml").read_text("utf-8")
    told = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/operating.md").read_text("utf-8"), re.MULTILINE
    )
    rung = set(re.findall(r"^  (\w+Alarm):$", template, re.MULTILINE))
    assert len(rung) > 20
    assert sorted(told) == sorted(rung)
