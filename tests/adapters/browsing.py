"""A browser's requests to the page, in front of an office of fakes."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from passerelle.adapters import page
from passerelle.adapters.page.sessions import Sessions
from passerelle.steps.audit.ports import Asker, Role
from tests.adapters.gateway import Answer, Context, Gateway, request

ANNE = Asker("anne.durand", frozenset({Role.AUDITOR, Role.OPERATOR}))


@dataclass
class Visitor:
    """Somebody at the page, with a session or without."""

    gateway: Gateway = field(default_factory=Gateway)
    asker: Asker | None = ANNE

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.gateway.office.clock, b"k" * 32)
        self.cookie = self.sessions.open(self.asker).partition(";")[0] if self.asker else ""

    @property
    def token(self) -> str:
        """Return the token of the forms of this session."""
        return self.sessions.token({"headers": {"cookie": self.cookie}})

    def get(self, way: str, **headers: str) -> Answer:
        """Open an address."""
        path, _, query = way.partition("?")
        return self.hand(request("GET", path, query=query), headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form."""
        return self.hand(request("POST", path, body=urlencode(fields)), headers)

    def decide(self, delivery: str, decision: str) -> Answer:
        """Press a button on the page of a delivery."""
        (token,) = set(re.findall(r'name="token" value="(\w+)"', self.get(f"/fr/deliveries/{delivery}").text))
        return self.post(f"/fr/deliveries/{delivery}/decisions", {"token": token, "decision": decision})

    def hand(self, event: dict[str, Any], headers: dict[str, str]) -> Answer:
        """Hand an event over."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        event["headers"] = {**event["headers"], "cookie": self.cookie, **named}
        context: Any = Context()
        desks = (self.gateway.asking, self.gateway.office.desk)
        answer = page.answer(event, context, lambda: desks, self.sessions)
        return Answer.of(answer)


class Outline(HTMLParser):
    """What a page is made of: every element with its attributes, and what stands between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._starts: list[int] = []  # of each element: where its words begin
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._starts.append(len(self.words))
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def texts(self, tag: str) -> list[tuple[str | None, str]]:
        """Return the class of every element of a name, with the words that begin it."""
        found = [place for place, (name, _) in enumerate(self.elements) if name == tag]
        return [(self.elements[place][1].get("class"), self.words[self._starts[place]]) for place in found]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]
