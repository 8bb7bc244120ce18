"""Patients who do not exist; an INS of theirs has the root that the agency keeps for tests."""

from datetime import date

from passerelle.core.message import Identifier, Patient, PostalAddress, Sex

_TEST_INS = "1.2.250.1.213.1.4.10"

PAUL = Patient(
    family="MOREAU",
    given="Paul",
    birth_date=date(1962, 6, 6),
    birth_family="MOREAU",
    birth_givens="PAUL LOUIS",
    sex=Sex.MALE,
    birth_place="59350",
    ins=Identifier(_TEST_INS, "162065935045676"),
    address=PostalAddress(("18 rue du Canal",), "59100", "ROUBAIX"),
)

SIMONE = Patient(
    family="GIRARD",
    given="Simone",
    birth_date=date(1949, 2, 27),
    address=PostalAddress(("4 impasse des Lilas",), "59170", "CROIX"),
    insured="2490259350789",
)

HUGO = Patient(
    family="PERRIN",
    given="Hugo",
    birth_date=date(1991, 9, 14),
    address=PostalAddress(("33 boulevard de la Marne",), "59200", "TOURCOING"),
)
