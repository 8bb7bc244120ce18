"""What is written into HPRIM, made safe: characters that readers have, no marker, no line of its own."""

from dataclasses import dataclass, field

from passerelle.core.documents.hprim import charset, layout
from passerelle.core.message import Loss


@dataclass(slots=True)
class Scribe:
    """Makes text fit and remembers, once for each place, what did not."""

    where: str
    losses: list[Loss] = field(default_factory=list)

    def lose(self, what: str, why: str, instead: str, place: str = "") -> None:
        """Remember a loss."""
        loss = Loss(what, f"{self.where}, {place}" if place else self.where, why, instead)
        if loss not in self.losses:
            self.losses.append(loss)

    def line(self, text: str, place: str) -> str:
        """Return one line that can be nothing else: no line end, no foreign character, no marker."""
        fitted, misfits = charset.fit(" ".join(layout.split(text)).expandtabs(8))
        if misfits:
            self.lose("text.outside-latin1", "HPRIM readers lack a character.", "A question mark stands for it.", place)
        safe = layout.defuse(fitted)
        if safe != fitted:
            self.lose("text.marker", "A text looks like a marker of HPRIM.", "The marker is spelt with blanks.", place)
        return safe.rstrip()

    def lines(self, texts: tuple[str, ...], place: str) -> list[str]:
        """Return texts as lines of at most 80 columns."""
        whole = [self.line(one, place) for text in texts for one in layout.split(text)]
        return [layout.defuse(piece) for line in whole for piece in layout.wrap(line)]  # a cut may bare « RES| »

    def short(self, text: str, longest: int, place: str) -> str:
        """Return a field without blanks around it, cut where readers would cut it."""
        whole = " ".join(self.line(text, place).replace("|", "/").split())  # `H|` in line 1 is HPRIM Santé
        if len(whole) <= longest:
            return whole
        self.lose("hprim.cut", f"The field holds {longest} characters.", "Its beginning.", place)
        return whole[:longest].rstrip()
