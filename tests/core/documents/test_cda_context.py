"""What the header of a CDA says beyond the lines of HPRIM is told at the end of the text."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda, hprim
from passerelle.core.documents.cda import context
from tests.vectors import make_cda as make

DOCTOR = """<assignedEntity><id root="1.2.250.1.71.4.2.1" extension="{}"/><assignedPerson><name><given>{}</given>
<family>{}</family></name></assignedPerson></assignedEntity>"""
HEADER = {
    "recordTarget/patientRole": """<telecom value="tel:0600000042" use="MC"/>
<telecom value="mailto:aline@boite.example"/>
<providerOrganization><name>Réseau des Essais</name></providerOrganization>""",
    "recordTarget/patientRole/patient": """<deceasedTime value="20250601"/>
<maritalStatusCode code="M" displayName="Mariée"/>
<guardian><code code="MTH" displayName="Mère"/><addr><houseNumber>9</houseNumber><streetName>rue Tutélaire</streetName>
<city>NANTES</city><country>FRANCE</country></addr><telecom value="tel:0600000043"/><guardianPerson><name>
<prefix>MME</prefix><given>Tutrice</given><family>LEGALE</family></name></guardianPerson></guardian>""",
    ".": f"""<dataEnterer>{DOCTOR.format("1", "Sylvie", "SAISIE")}</dataEnterer>
<informant><relatedEntity classCode="ECON"><code code="SIS" displayName="Soeur"/><telecom value="tel:0600000044"/>
<relatedPerson><name><given>Sophie</given><family>PREVENUE</family></name></relatedPerson></relatedEntity></informant>
<informant><relatedEntity classCode="NOK"><telecom value="fax:0200000045"/><relatedPerson><name><given>Sophie</given>
<family>PREVENUE</family></name></relatedPerson></relatedEntity></informant>
<informationRecipient><intendedRecipient><informationRecipient><name><given>Réjane</given>
<family>DESTINEE</family></name></informationRecipient><receivedOrganization>
<id root="1.2.250.1.71.4.2.2" extension="1490000077"/>
<name>Maison des Envois</name><standardIndustryClassCode code="AMBULATOIRE" displayName="Ambulatoire"/>
<asOrganizationPartOf><wholeOrganization><name>Groupe des Envois</name></wholeOrganization></asOrganizationPartOf>
</receivedOrganization></intendedRecipient></informationRecipient>
<informationRecipient typeCode="TRC"><intendedRecipient><informationRecipient><name>Docteur Copie</name>
</informationRecipient></intendedRecipient></informationRecipient>
<legalAuthenticator><time value="20250315120000+0100"/>{DOCTOR.format("2", "Léon", "SIGNE")}
</legalAuthenticator>
<authenticator><time value="20250314101500+0100"/>{DOCTOR.format("3", "Valérie", "VALIDE")}</authenticator>
<participant typeCode="INF"><functionCode code="PCP" displayName="Médecin traitant">
<originalText>du couple</originalText>
</functionCode><time><low value="2019"/></time><associatedEntity classCode="PROV"><code code="G15_10/SM26"
displayName="Généraliste"/><associatedPerson><name nullFlavor="MSK"/></associatedPerson><scopingOrganization>
<name>Cabinet du Traitant</name></scopingOrganization></associatedEntity></participant>
<participant typeCode="REFB"><associatedEntity classCode="PROV"><associatedPerson><name><given>Adrien</given>
<family>ADRESSEUR</family></name></associatedPerson></associatedEntity></participant>
<participant typeCode="XYZ"><associatedEntity classCode="PROV"><associatedPerson><name><given>Ida</given>
<family>INTERVIENT</family></name></associatedPerson></associatedEntity></participant>
<inFulfillmentOf><order><id root="1.2.3" extension="DEM-77"/><code code="X" displayName="Radiographie du genou"/>
<priorityCode code="UR" displayName="Urgent"/></order></inFulfillmentOf>
<documentationOf><serviceEvent><id root="1.2.3" extension="ACTE-9"/><code code="Y" displayName="Infiltration">
<translation code="YY" displayName="Ponction"/></code><effectiveTime><low value="20250313083000+0100"/>
<high value="20250313"/></effectiveTime><performer typeCode="PRF">{DOCTOR.format("2", "Léon", "SIGNE")}
</performer></serviceEvent></documentationOf>
<authorization><consent><code code="C" displayName="Accord oral"/></consent></authorization>""",
    "componentOf/encompassingEncounter": f"""<id root="1.2.3" extension="SEJOUR-5"/><code code="IMP"
displayName="Hospitalisation"/><effectiveTime><low value="20250310"/><high value="20250312120000+0100"/></effectiveTime>
<dischargeDispositionCode code="D" displayName="Retour au domicile"/>
<responsibleParty>{DOCTOR.format("4", "Rémi", "REPOND")}</responsibleParty>
<encounterParticipant typeCode="ADM">{DOCTOR.format("5", "Adam", "ADMET")}</encounterParticipant>""",
    "componentOf/encompassingEncounter/location/healthCareFacility": """
<location><name>Service des Genoux</name></location>
<serviceProviderOrganization><name>Pôle des Membres</name></serviceProviderOrganization>""",
}
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
  Personne à prévenir ; Personne de confiance : Sophie PREVENUE, Soeur, tél.
    0600000044, fax 0200000045
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


def headed(header: dict[str, str] = HEADER) -> bytes:
    root = etree.fromstring(make.cda(related=make.REPLACES))
    spaces = {"h": "urn:hl7-org:v3"}
    for path, more in header.items():
        place = root.find("/".join(f"h:{step}" for step in path.split("/")) if path != "." else ".", spaces)
        assert place is not None
        place.extend(etree.fromstring(f'<x xmlns="urn:hl7-org:v3">{more}</x>'))
    return etree.tostring(root)


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


@pytest.mark.parametrize(("length", "told"), [(300, "x" * 300), (301, "x" * 297 + "...")])
def test_a_long_label_is_cut_visibly(length: int, told: str) -> None:
    code = f"<authorization><consent><code code='1' displayName='{'x' * length}'/></consent></authorization>"
    assert (
        told
        == "".join("".join(cda.read(headed({".": code})).context).partition("Consentement : ")[2].split())[: len(told)]
    )


def test_a_hostile_header_makes_no_marker() -> None:
    code = "<authorization><consent><code code='1' displayName='****FIN**** RES|K|K|N|9'/></consent></authorization>"
    lines = hprim.write((cda.read(headed({".": code})),), "A", "B")[0].decode("latin-1").split("\r\n")
    assert lines.count("****FIN****") == 1
    assert not [line for line in lines if line.lstrip().startswith("RES|")]
