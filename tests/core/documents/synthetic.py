"""Invented people and papers, as a MSSanté mail is written from."""

from dataclasses import replace
from datetime import UTC, date, datetime

from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Identifier,
    Kind,
    Mailbox,
    Measure,
    Message,
    Organisation,
    Patient,
    PostalAddress,
    Professional,
    Proof,
    Result,
    Sex,
    Status,
)

LOINC = "2.16.840.1.113883.6.1"
WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ORGANISATION = Organisation(
    name="Laboratoire du Nord & Cie",
    identifier=Identifier("1.2.250.1.71.4.2.2", "1590099992"),
    sector=Code("SA25", "1.2.250.1.71.4.2.4", "Laboratoire de biologie médicale"),
    setting=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
    address=PostalAddress(("3 avenue des Analyses",), "59200", "TOURCOING"),
    phone="03 00 00 00 04",
)
AUTHOR = Professional(
    family="BERNARD",
    given="Luc",
    title="Dr",
    identifier=Identifier("1.2.250.1.71.4.2.1", "810009999004"),
    profession=Code("G15_10/SM03", "1.2.250.1.213.1.1.4.5", "Médecin - Biologie médicale (SM)"),
    organisation=ORGANISATION,
)
SENDER = Mailbox("labo.dunord.59@passerelle.mssante.example", "Laboratoire du Nord")
PATIENT = Patient(
    family="TESTU",
    given="Zoé",
    birth_date=date(1979, 3, 28),
    insured="279035999999999",
    local_ids=(Identifier("", "A42"),),
    address=PostalAddress(("1 rue de l'Essai",), "59000", "LILLE"),
)
QUALIFIED = replace(
    PATIENT,
    family="TESTU",
    given="ZOÉ",
    birth_family="PAT-ESSAI",
    birth_givens="ZOÉ MARIE",
    sex=Sex.FEMALE,
    birth_place="59350",
    ins=Identifier("1.2.250.1.213.1.4.10", "279035999999999"),
    local_ids=(),
)
LETTER = Document(
    identifier=None,
    kind=Code("11488-4", LOINC, "CR ou fiche de consultation"),
    title="CR ou fiche de consultation",
    created=WHEN,
    patient=PATIENT,
    performed=date(2026, 11, 20),
    addressee=".          Medecine interne",
    file_number="D7",
    text=("Cher confrère,", "", "  Œdème & fièvre < 39 °C.", "Bien à vous."),
    source=Attachment("message.hpr", "text/plain", "Zoé".encode()),
)
RESULTS = (
    Result(
        "Glycémie à jeun",
        Kind.NUMERIC,
        Measure("1.34", "g/l", None, "0.75", "1.15"),
        Measure("7.45", "mmol/l", None, "4.17", "6.39"),
        (Code("G", ""),),
        "H",
        chapter="BIOCHIMIE",
    ),
    Result(
        "CRP",
        Kind.TEXT,
        Measure("<5", "mg/l", None, "", "5"),
        None,
        (Code("CRP", ""), Code("1988-5", LOINC, "Protéine C réactive [Masse/Volume] Sérum/Plasma ; Numérique")),
        chapter="BIOCHIMIE",
        remarks=("Vu & contrôlé", "Deux fois"),
    ),
    Result("INR", Kind.NUMERIC, Measure("2.5", "", None, "2", "3"), chapter="HEMATOLOGIE"),
    Result(
        "Leucocytes",
        Kind.NUMERIC,
        Measure("12.30", "G/L", None, "4", "10"),
        codes=(Code("GB", ""),),
        flag="HH",
        status=Status.UNVALIDATED,
        chapter="HEMATOLOGIE",
    ),
    Result("Hématies", Kind.NUMERIC, Measure("4450000", "/mm3", None, "4000000", ""), chapter="HEMATOLOGIE"),
    Result("Aspect", Kind.TEXT, Measure("limpide"), status=Status.CORRECTED),
    Result("Dosage rare", Kind.NUMERIC, Measure("3", "zorg/l", None, "1", "2"), codes=(Code("DR", ""),)),
)
REPORT = replace(LETTER, kind=Code("11502-2", LOINC, "CR d'examens biologiques"), title="CR", results=RESULTS)
DISPATCH = Dispatch(
    message_id="1234@passerelle.example",
    date=WHEN,
    sender=SENDER,
    recipient=Mailbox("medecine.interne@ch-exemple.mssante.example", "CH Exemple Médecine interne"),
    author=AUTHOR,
    product="DEV000000",
)


def message(*documents: Document, text: str = "", attachments: tuple[Attachment, ...] = ()) -> Message:
    """Return what an Apicrypt mail with these documents says."""
    return Message(
        "m@medical59.apicrypt.example",
        Mailbox("labo.DUNORD@medical59.apicrypt.example"),
        "",
        documents,
        Proof("signature"),
        text,
        attachments,
    )
