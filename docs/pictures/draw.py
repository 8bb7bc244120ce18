"""Draw the pictures of docs/before-and-after.md: what each side reads, by the code as it stands (`make pictures`)."""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree
from PIL import Image, ImageChops

from passerelle.adapters import agreements
from passerelle.core.documents import cda, xdm
from passerelle.core.mail import mime
from passerelle.core.message import Code, Dispatch, Document, Message, Network, Opened, Proof
from passerelle.core.networks import apicrypt, mssante
from passerelle.local.towns.letters import laboratory, patients, post

HERE = Path(__file__).parent
BOOK = agreements.parse((HERE.parents[1] / "examples/agreements.toml").read_bytes())
NOW = datetime(2026, 11, 19, 17, 30, tzinfo=ZoneInfo("Europe/Paris"))
HL7 = "{urn:hl7-org:v3}"
SAME = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "sup", "sub", "br")
OTHER = {"paragraph": "p", "content": "span", "item": "li", "list": "ul"}
TALL = 2400  # pixels of the window, before the margin is cut

Side = tuple[str, str]


def main() -> None:
    """Draw both pictures with Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("Chromium is missing; on Debian: apt install chromium fonts-dejavu-core")
    draw(browser, "letter", letter())
    draw(browser, "results", results())


def letter() -> tuple[Side, Side]:
    """Return a discharge letter of a hospital, and the mail that a doctor gets of it."""
    content = files(laboratory.__package__ or "").joinpath("discharge.xml").read_bytes()
    way = dispatch(Network.MSSANTE, post.HOSPITAL, post.DOCTOR)
    mail = apicrypt.write(Message("letter@example", way.sender, "", (cda.read(content),), Proof("channel")), way).mail
    return ("MSSanté : la lettre (CDA)", cda_as_page(content)), ("Apicrypt : le courriel (HPRIM)", mail_as_page(mail))


def results() -> tuple[Side, Side]:
    """Return the mail of a town laboratory, and the CDA that a hospital gets of it."""
    kind = Code("11502-2", "2.16.840.1.113883.6.1", "CR d'examens biologiques")
    values = (*laboratory.blood_count(), *laboratory.chemistry())
    document = Document(None, kind, kind.display, NOW, patients.HUGO, performed=NOW.date())
    document = replace(document, results=values, text=laboratory.as_text(values))
    way = dispatch(Network.APICRYPT, post.TOWN_LABORATORY, post.HOSPITAL)
    mail = apicrypt.write(Message("results@example", way.sender, "", (document,), Proof("signature")), way).mail
    written = mssante.write(apicrypt.read(Opened(mail, Proof("signature"))), way).mail
    packed = next(part.content for part in mime.read(written).parts if part.content.startswith(b"PK"))
    source = xdm.documents(packed)[0].source
    content = source.content if source else b""
    after = cda_as_page(content) + coded_entries(content)
    return ("Apicrypt : le courriel (HPRIM)", mail_as_page(mail)), ("MSSanté : le compte rendu (CDA)", after)


def dispatch(network: Network, sender: str, recipient: str) -> Dispatch:
    """Return how one correspondent of the example writes to another."""
    source = BOOK.correspondent(network, sender)
    target = BOOK.correspondent(network.other, recipient)
    agreement = BOOK.between(network, sender, target.alias) if target else None
    if source is None or target is None or agreement is None:
        sys.exit("The example's agreements do not know these correspondents.")
    labels = agreement.mailboxes()
    return Dispatch("picture@passerelle.example", NOW, *labels, source.professional, target.professional, "DEV000000")


def mail_as_page(content: bytes) -> str:
    """Return a mail as a doctor's software shows it: fixed pitch, and the names of its files."""
    mail = mime.read(content)
    text = next(part.content.decode(part.charset) for part in mail.parts if not part.attached)
    names = [part.name for part in mail.parts if part.attached]
    return f"<pre>{escape(text)}</pre>" + "".join(f"<div>📎 {escape(name)}</div>" for name in names)


def cda_as_page(content: bytes) -> str:
    """Return the narrative of a CDA as a browser shows it, with its header's patient and author."""
    root = etree.fromstring(content)
    born = next((birth.get("value") or "" for birth in root.iter(f"{HL7}birthTime")), "")
    patient = escape(person(root, f".//{HL7}recordTarget//{HL7}patient/{HL7}name"))
    author = escape(person(root, f".//{HL7}author//{HL7}assignedPerson/{HL7}name"))
    shown = [
        f"<h1>{escape(words(root, f'{HL7}title'))}</h1>",
        f"<p>Patient : <b>{patient}</b>, {born[6:8]}/{born[4:6]}/{born[:4]}<br>Auteur : {author}</p>",
    ]
    for section in root.iter(f"{HL7}section"):
        text = section.find(f"{HL7}text")
        shown += [f"<h2>{escape(words(section, f'{HL7}title'))}</h2>", as_html(text) if text is not None else ""]
    return f"<div>{''.join(shown)}</div>"


def coded_entries(content: bytes) -> str:
    """Return what a machine reads of the same document: one line an observation that has a flag or a text value."""
    rows, root = [], etree.fromstring(content)
    labels = {f"#{one.get('ID')}": "".join(map(str, one.itertext())) for one in root.iter() if one.get("ID")}
    for observation in root.iter(f"{HL7}observation"):
        code, value = observation.find(f"{HL7}code"), observation.find(f"{HL7}value")
        if code is None or value is None or value.get("code"):
            continue
        flag = observation.find(f"{HL7}interpretationCode")
        above = "".join(f"{sign} {end.get('value')}" for sign, end in ends(value) if end.get("value"))
        unit = value.get("unit") or next((end.get("unit") or "" for _, end in ends(value) if end.get("unit")), "")
        said = value.get("value") or above or words(value, ".")
        place = code.find(f"{HL7}originalText/{HL7}reference")
        name = code.get("displayName") or (labels.get(place.get("value") or "", "") if place is not None else "")
        cells = (code.get("code") or "—", name, said, unit)
        rows.append((*cells, (flag.get("code") or "") if flag is not None else ""))
    head = "".join(f"<th>{name}</th>" for name in ("LOINC", "Libellé", "Valeur", "UCUM", ""))
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='coded'><b>Ce que le logiciel range :</b><table><tr>{head}</tr>{lines}</table></div>"


def person(root: etree._Element, path: str) -> str:
    """Return the first title, given name and family name of a person."""
    parts = (words(root, f"{path}/{HL7}{part}") for part in ("prefix", "suffix", "given", "family"))
    return " ".join(filter(None, parts))


def ends(value: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the limits of an interval, each with the sign that a reader knows."""
    return [(sign, end) for sign, name in ((">", "low"), ("<", "high")) for end in value.findall(f"{HL7}{name}")]


def as_html(element: etree._Element) -> str:
    """Return narrative markup as HTML: the few elements that our documents use."""
    parts = [escape(element.text or "")]
    for child in element:
        name = etree.QName(child).localname
        tag = name if name in SAME else OTHER.get(name, "span")
        if name == "renderMultiMedia":
            parts.append("PDF joint")
        spans = "".join(f" {key}='{child.get(key)}'" for key in ("rowspan", "colspan") if child.get(key))
        parts += [f"<{tag}{spans}>", as_html(child), "" if tag == "br" else f"</{tag}>", escape(child.tail or "")]
    return "".join(parts)


def words(element: etree._Element, path: str) -> str:
    """Return the words of the first element of a path."""
    found = element.find(path)
    return " ".join(" ".join(map(str, found.itertext(with_tail=False))).split()) if found is not None else ""


def draw(browser: str, name: str, sides: tuple[Side, Side]) -> None:
    """Put the two sides beside each other, take the picture, and cut its empty end."""
    figures = "".join(f"<figure><figcaption>{title}</figcaption>{page}</figure>" for title, page in sides)
    style = (HERE / "page.css").read_text("utf-8")
    target = HERE / f"{name}.png"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{figures}", "utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=1592,{TALL}")
        subprocess.run([browser, *options, f"--screenshot={target}", page.as_uri()], check=True, capture_output=True)
    with Image.open(target) as picture:
        shown = picture.convert("RGB")
    empty = Image.new("RGB", shown.size, shown.getpixel((2, 2)) or 0)
    *_, bottom = ImageChops.difference(shown, empty).getbbox() or (0, 0, 0, TALL)
    shown.crop((0, 0, shown.width, min(bottom + 24, TALL))).quantize(64).save(target, optimize=True)
    print(target)


if __name__ == "__main__":
    main()
