"""The agreements of the example, and who stands in them."""

from pathlib import Path

EXAMPLE = (Path(__file__).resolve().parents[2] / "examples" / "agreements.toml").read_text(encoding="utf-8")
HOSPITAL = "medecine.interne@ch-exemple.mssante.example"
LABORATORY = "labo.DUNORD@medical59.apicrypt.example"
DOCTOR = "jean.MARTIN@medical59.apicrypt.example"
DOCTOR_ALIAS = "jean.martin.59@passerelle.mssante.example"
HOSPITAL_ALIAS = "medecine.interne.ch-exemple@passerelle.apicrypt.example"

LABORATORY_ALIAS = "labo.dunord.59@passerelle.mssante.example"
