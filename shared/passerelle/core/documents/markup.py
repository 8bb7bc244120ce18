"""XML from strangers: parsed without DTD, entities or network, under caps on size, elements and depth."""

from lxml import etree

from passerelle.core.errors import MalformedError

LARGEST = 20_000_000  # bytes; the largest published CI-SIS document has 3 MB
MOST_TAGS = 400_000  # "<" signs, counted before anything is built
DEEPEST = 100  # nested elements


def parse(content: bytes, room: str) -> etree._Element:
    """Return the root of an XML document; MalformedError `<room>.size`, `.xml`, `.doctype` or `.depth` otherwise."""
    if len(content) > LARGEST or content.count(b"<") > MOST_TAGS:
        raise MalformedError(f"{room}.size", "The XML is larger than the bridge reads.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise MalformedError(f"{room}.xml", "The XML is not well-formed (XML 1.0).") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedError(f"{room}.doctype", "A DOCTYPE is not allowed: it can name files and multiply text.")
    _sound(root, room)
    return root


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
