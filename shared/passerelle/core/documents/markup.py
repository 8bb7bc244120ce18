"""XML from strangers: parsed without DTD, entities or network, under caps on size, elements and depth."""

import re

from lxml import etree

from passerelle.core.errors import MalformedError

LARGEST = 20_000_000  # bytes; the largest published CI-SIS document has 3 MB
MOST_TAGS = 400_000  # "<" signs, counted before anything is built
DEEPEST = 100  # nested elements
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml([^>]{0,100})\?>")
_START = (b"<", b"\xef")  # of XML without a declared encoding: UTF-8, with or without BOM
_ASCII_BASED = re.compile(rb"encoding=[\"'](?:utf-?8|us-ascii|iso-8859-1|windows-1252)[\"']", re.IGNORECASE)


def parse(content: bytes, room: str) -> etree._Element:
    """Return the root of an XML document; MalformedError `<room>.size`, `.xml`, `.doctype` or `.depth` otherwise."""
    if len(content) > LARGEST or content.count(b"<") > MOST_TAGS:
        raise MalformedError(f"{room}.size", "The XML is larger than the bridge reads.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=_declares_nothing(content),
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise MalformedError(f"{room}.xml", "The XML is not well-formed (XML 1.0).") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedError(f"{room}.doctype", "A DOCTYPE is not allowed: it can name files and multiply text.")
    _sound(root, room)
    return root


def _declares_nothing(content: bytes) -> bool:
    """Tell whether no DTD can hide in the bytes; only then may a text node (a PDF) pass libxml2's 10 MB."""
    declaration = _DECLARATION.match(content)
    named = declaration is not None and b"encoding" in declaration[1]
    ascii_based = bool(_ASCII_BASED.search(declaration[1])) if declaration and named else content.lstrip()[:1] in _START
    return ascii_based and b"\0" not in content and b"<!DOCTYPE" not in content


def _sound(root: etree._Element, room: str) -> None:
    """Refuse a tree that is too deep to walk."""
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise MalformedError(f"{room}.depth", f"XML elements nest at most {DEEPEST} deep.")


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    tag: object = element.tag  # a function, for a comment
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element | None, name: str) -> list[etree._Element]:
    """Return the children of that local name, in whatever namespace."""
    return [] if element is None else [child for child in element if local(child) == name]


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first descendant along a path of local names, if any."""
    for name in path:
        element = next(iter(children(element, name)), None)
    return element


def words(element: etree._Element | None) -> str:
    """Return the text of an element and its descendants on one line."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def value(element: etree._Element | None, name: str) -> str:
    """Return an attribute without surrounding space; empty where it, or the element, is absent."""
    return "" if element is None else (element.get(name) or "").strip()
