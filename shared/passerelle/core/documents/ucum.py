"""The units of UCUM that laboratories use: atoms, prefixes, powers of ten. Case counts, and what it hides is left out.

No giga, mega or tera (G/L, T/L and M are read by their label), no atomic mass unit (u), no year (a), no small litre
(l), and neither a bare mm3 nor a bare 10*9: what is meant is a count by a volume.
"""

import re

_METRIC = r"(?:g|L|mol|m|s|U|\[[iI]U\]|eq|osm|Pa|kat|m\[Hg\])"
_PLAIN = r"(?:%|min|h|d|wk|mo|Cel|10\*-?\d{1,2}|\[(?:pH|CFU|PFU|ppm|ppb|HPF|LPF|copies|arb'U)\]|1)"
_ATOM = rf"(?:[kdcmunpf]?{_METRIC}|{_PLAIN})"
_NOTE = r"(?:\{[\w.%/ *'-]{1,30}\})"
_COMPONENT = rf"(?:{_ATOM}[23]?{_NOTE}?|{_NOTE})"
_DIVISOR = rf"(?:{_COMPONENT}|\d{{1,4}}\.{_ATOM}|\(\d{{1,4}}\.{_ATOM}\))"
_UNIT = re.compile(rf"(?:{_COMPONENT})?(?:/{_DIVISOR}){{0,3}}", re.ASCII)
_HALF = re.compile(r"[kdcmunpf]?m[23]|10\*-?\d+", re.ASCII)  # of /mm3, of 10*9/L
_LONGEST = 40  # characters


def spelt(unit: str) -> str | None:
    """Return a unit that is UCUM as it stands (a µ for UCUM's u included), or None."""
    symbol = unit.strip().replace("µ", "u").replace("μ", "u")
    if not symbol or len(symbol) > _LONGEST or _HALF.fullmatch(symbol):
        return None
    return symbol if _UNIT.fullmatch(symbol) else None
