"""HL7 v2 messages that carry a CDA."""

import base64

import pytest

from passerelle.core.documents import hl7
from passerelle.core.errors import PasserelleError
from tests.vectors import make_cda as make

CDA = make.cda()
INS = f"{make.INS}^^^ASIP-SANTE-INS-NIR&{make.INS_ROOT}&ISO^INS"
IPP = "P-42^^^CH&1.2.250.1.999.1&ISO^PI"


def packed(content: bytes = CDA) -> str:
    return base64.b64encode(content).decode()


def obx(data: str | None = None, *, head: str = "^TEXT^XML^Base64^", kind: str = "ED", status: str = "F") -> str:
    return f"OBX|1|{kind}|11502-2^CR^LN||{head}{packed() if data is None else data}||||||{status}"


def text(*observations: str, kind: str = "ORU^R01^ORU_R01", pid: str = f"{INS}~{IPP}", more: str = "") -> str:
    msh = f"MSH|^~\\&|DPI|CH|PASSERELLE||20250314101500||{kind}|42|P|2.5|||||FRA|8859/1"
    person = f"PID|1||{pid}||DÉMO-NAISSANCE^Aline^^^^^L||19990214|F"
    segments = [msh, *([person] if pid else []), "OBR|1||7|11502-2^CR^LN", *observations, *([more] if more else [])]
    return "".join(f"{segment}\r" for segment in segments)


def message(*observations: str, **parts: str) -> bytes:
    return text(*(observations or (obx(),)), **parts).encode("latin-1")


def refused(content: bytes) -> str:
    with pytest.raises(PasserelleError) as wrong:
        hl7.read(content)
    return wrong.value.code
