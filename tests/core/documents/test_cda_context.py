"""What the header of a CDA says beyond the lines of HPRIM is told at the end of the text."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda, hprim
from passerelle.core.documents.cda import context
from tests.core.documents.cda_headers import headed
from tests.vectors import make_cda as make

TOLD = """  Type de document : CR ou fiche de consultation
  Date du document : 14/03/2025 à 10:15
  Remplace le document : doc-0
  Consentement : Accord oral
  Numéros du patient : P-42
  Patient : tél. 0600000042, aline@boite.example
  Suivi par : Réseau des Essais
  Patient : décédé 01/06/2025
  Situation familiale : Mariée
  Acte : depuis 13/03/2025 à 08:30
  Acte : Infiltration, Ponction, ACTE-9, depuis 13/03/2025 à 08:30 jusqu'à
    13/03/2025
  Demande : Radiographie du genou, DEM-77, Urgent
  Prise en charge : Hospitalisation, SEJOUR-5, depuis 10/03/2025 jusqu'à
    12/03/2025 à 12:00, Retour au domicile, Cabinet individuel, Service des
    Genoux, Pôle des Membres
  Représentant du patient : MME Tutrice LEGALE, Mère, 9 rue Tutélaire NANTES,
    tél. 0600000043
  Auteur : MME DR Odile AUTEUR (899900000001), Médecin généraliste, Cabinet des
    Essais (1490000001), tél. 0200000000
  Saisie : Sylvie SAISIE (1)
  Personne à prévenir : Sophie PREVENUE, Soeur, tél. 0600000044
  Personne de confiance : Sophie PREVENUE, fax 0200000045
  Destinataire : Réjane DESTINEE, Maison des Envois (1490000077), Ambulatoire,
    Groupe des Envois
  Destinataire en copie : Docteur Copie
  Signataire (15/03/2025 à 12:00) ; Exécutant : Léon SIGNE (2)
  Validation : Valérie VALIDE (3)
  Médecin traitant, du couple (depuis 2019) : masqué, Généraliste, Cabinet du
    Traitant
  Adressé par : Adrien ADRESSEUR
  Intervenant : Ida INTERVIENT
  Responsable de la prise en charge : Rémi REPOND (4)
  Admission : Adam ADMET (5)
  Conservation : Cabinet des Essais (1490000001)"""


def test_everybody_and_everything_that_the_header_names_is_told_once_with_all_roles() -> None:
    assert cda.read(headed()).context == tuple(TOLD.splitlines())


def test_no_word_of_the_header_is_missing_from_the_hprim_text() -> None:
    content = headed()
    text = hprim.write((cda.read(content),), "A", "B")[0].decode("latin-1").casefold()
    said = set(re.findall(r"\w+", text))
    header = [part for part in etree.fromstring(content) if not str(part.tag).endswith("}component")]
    words = [word for part in header for one in part.iter() for word in (one.text or "", one.get("displayName", ""))]
    assert {word for one in words for word in re.findall(r"\w+", one.casefold())} - said == {"france"}


def test_the_text_ends_with_the_header_before_the_identity_and_the_account_says_so() -> None:
    content, losses = hprim.write((cda.read(headed()),), "A", "B")
    lines = content.decode("latin-1").split("\r\n")
    start = lines.index("En-tête du document :")
    assert lines[start + 1 :][: len(TOLD.splitlines())] == TOLD.splitlines()
    assert lines.index("Identité du patient transmise par l'expéditeur :") > start
    assert "document.context" in [loss.what for loss in losses]


def test_a_document_without_such_a_header_ends_as_it_did() -> None:
    content, losses = hprim.write((replace(cda.read(headed()), context=()),), "A", "B")
    assert "En-tête du document" not in content.decode("latin-1")
    assert "document.context" not in [loss.what for loss in losses]


def test_a_program_that_wrote_the_document_is_its_author() -> None:
    device = "<manufacturerModelName>Modèle 3</manufacturerModelName><softwareName>Logiciel des Essais</softwareName>"
    device = f"<assignedAuthoringDevice>{device}</assignedAuthoringDevice>"
    told = cda.read(headed({".": f"<author><assignedAuthor>{device}</assignedAuthor></author>"})).context
    assert "  Auteur : Modèle 3 Logiciel des Essais" in told


def test_the_kind_is_told_where_the_title_does_not_say_it() -> None:
    assert "  Type de document : CR ou fiche de consultation" in cda.read(make.cda()).context
    same = cda.read(make.cda(title="CR OU fiche de consultation")).context
    assert not [line for line in same if "Type de document" in line]


def indications(more: int) -> list[str]:
    one = "<authorization><consent><code code='{}'/></consent></authorization>"
    told = cda.read(headed({".": "".join(map(one.format, range(more)))})).context
    return [line for line in told if not line.startswith("    ")]


def test_indications_end_somewhere_and_the_rest_is_counted() -> None:
    room = context.MOST - len(indications(0))
    assert len(indications(room)) == context.MOST
    assert "non reprises" not in indications(room)[-1]
    assert len(indications(room + 2)) == context.MOST + 1
    assert indications(room + 2)[-1] == "  et 2 autres indications, non reprises"


def consent(label: str) -> str:
    """Return what is told of a consent, its line ends undone."""
    code = f"<authorization><consent><code code='1' displayName='{label}'/></consent></authorization>"
    told = cda.read(headed({".": code})).context
    (start,) = (number for number, line in enumerate(told) if "Consentement :" in line)
    rest = next(number for number in range(start + 1, len(told)) if not told[number].startswith("    "))
    return "".join(line.strip() for line in told[start:rest]).removeprefix("Consentement :").strip()


@pytest.mark.parametrize(("length", "told"), [(300, "x" * 300), (301, "x" * 297 + "...")])
def test_a_long_label_is_cut_visibly(length: int, told: str) -> None:
    assert consent("x" * length) == told


@pytest.mark.parametrize(("last", "cut"), [(89, False), (90, True)])
def test_a_long_indication_is_cut_visibly(last: int, cut: bool) -> None:  # noqa: FBT001 - one of two
    numbers = [*("x" * 297 for _ in range(3)), "y" * last]
    given = "".join(f"<id root='1.2.3' extension='{place}{number}'/>" for place, number in enumerate(numbers))
    told = cda.read(headed({".": f"<inFulfillmentOf><order>{given}</order></inFulfillmentOf>"})).context
    line = "".join(line.strip() for line in told if "x" in line or "yy" in line)
    assert line.endswith("...") is cut


def test_two_of_one_name_without_number_stay_two_and_structures_alone_are_never_one() -> None:
    entity = "<intendedRecipient><telecom value='tel:{}'/><receivedOrganization><name>{}</name></receivedOrganization>"
    one = "<informationRecipient>" + entity + "</intendedRecipient></informationRecipient>"
    both = one.format("0600000001", "Service A") + one.format("0600000002", "Service B")
    told = cda.read(headed({".": both})).context
    assert "  Destinataire : Service A, tél. 0600000001" in told
    assert "  Destinataire : Service B, tél. 0600000002" in told


def test_a_hostile_header_makes_no_marker() -> None:
    code = "<authorization><consent><code code='1' displayName='****FIN**** RES|K|K|N|9'/></consent></authorization>"
    lines = hprim.write((cda.read(headed({".": code})),), "A", "B")[0].decode("latin-1").split("\r\n")
    assert lines.count("****FIN****") == 1
    assert not [line for line in lines if line.lstrip().startswith("RES|")]
