"""A CDA whose header names everybody and everything that CI-SIS has a place for; nobody in it exists."""

from collections.abc import Mapping

from lxml import etree

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


def headed(header: Mapping[str, str] = HEADER) -> bytes:
    """Return a CDA with more in its header, by the path where it is added."""
    root = etree.fromstring(make.cda(related=make.REPLACES))
    spaces = {"h": "urn:hl7-org:v3"}
    for path, more in header.items():
        place = root.find("/".join(f"h:{step}" for step in path.split("/")) if path != "." else ".", spaces)
        assert place is not None
        place.extend(etree.fromstring(f'<x xmlns="urn:hl7-org:v3">{more}</x>'))
    return etree.tostring(root)
