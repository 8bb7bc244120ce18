"""The mails of other tests with marked identities: the same sources, with the words of theirs exchanged.

Import nothing of tests.attacks or tests.vectors before `mark` has run; where a word is not there any more, it says so.
"""

import importlib.util
import sys
from types import MappingProxyType, ModuleType

EXCHANGED = MappingProxyType(
    {
        "tests.vectors.pki": {"jean.MARTIN@medical59": "zzqpinson.MARTIN@medical59"},
        "tests.vectors.make_cda": {
            "DÉMO-NAISSANCE": "DÉMO-ZZQSERIN",
            "DÉMO-USAGE": "DÉMO-ZZQSERINE",
            "Aline": "Aline Zzqserine",
            "P-42": "ZZQSERIN42",
            "allée des Essais": "allée Zzqserinrue",
            "<city>ANGERS</city></addr>": "<city>ZZQSERINVILLE</city></addr>"
            '<telecom value="tel:0612344321"/><telecom value="mailto:zzqserin.mail@patient.example"/>',
            '"Compte rendu de consultation"': '"Compte rendu zzqserin"',
            "Douleur du genou": "Douleur zzqserinienne",
            "Entorse bénigne.": "Entorse zzqserinose.",
            "<family>AUTEUR</family>": "<family>ZZQPINSON</family>",
        },
        "passerelle.local.towns.letters.patients": {
            '"MOREAU"': '"ZZQSERIN"',
            '"GIRARD"': '"ZZQSERINE"',
            '"PERRIN"': '"ZZQSERINO"',
            '"Paul"': '"Zzqserin Paul"',
            "date(1962, 6, 6)": "date(1999, 2, 14)",
            "date(1949, 2, 27)": "date(1979, 3, 28)",
            "date(1991, 9, 14)": "date(1979, 3, 28)",
            "162065935045676": "299027699900172",
            "2490259350789": "2790359350123",
            "18 rue du Canal": "18 rue Zzqserin",
            '"ROUBAIX"': '"ZZQSERINVILLE"',
        },
        "passerelle.local.towns.letters.post": {
            '.joinpath("discharge.xml").read_bytes()': '.joinpath("discharge.xml").read_bytes()'
            '.replace(b"FONTAINE", b"ZZQSERIN").replace(b"LEMAIRE", b"ZZQSERINE").replace(b"LUCIE", b"ZZQSERINA")'
            '.replace(b"19580714", b"19990214").replace(b"258075935012386", b"299027699900172")'
            '.replace(b"rue des Tisserands", b"rue Zzqserin").replace("Dyspnée".encode(), b"Zzqserin")',
            '.joinpath("letter.txt").read_text("utf-8")': '.joinpath("letter.txt").read_text("utf-8")'
            '.replace("Simone GIRARD", "Simone ZZQSERIN").replace("PERINDOPRIL", "ZZQSERINOPRIL")',
            "FONTAINE LUCIE 14/07/1958": "ZZQSERIN LUCIE 14/02/1999",
            "FONTAINE_LUCIE.pdf": "ZZQSERIN_LUCIE.pdf",
            'message_id=f"{name}.': 'message_id=f"zzqmerle.{name}.',
            "Veuillez trouver ci-joint": "Zzqserin : veuillez trouver ci-joint",
        },
        "tests.attacks.bridge": {
            "A1\\r\\nESSAI\\r\\nZoé\\r\\n1 rue X": "ZZQSERIN1\\r\\nZZQSERIN\\r\\nZoé Zzqserine\\r\\n1 rue zzqserin",
            "59000 LILLE": "59000 ZZQSERINVILLE",
            "20/02/2026\\r\\n.  ": "20/02/2026\\r\\n2790359350123\\r\\n.  ",
            "Tout va bien.\\r\\n": "Tout va bien.\\r\\nTéléphone 06 12 34 43 21, zzqserinalgie.\\r\\n",
            '"CH Exemple",': '"CH Zzqpinson",',
            '"Dr Jean MARTIN",': '"Dr Jean ZZQPINSON",',
            '"medecine@ch.mssante.example"': '"zzqpinson.medecine@ch.mssante.example"',
            "jean.martin.59@passerelle": "zzqpinson.martin.59@passerelle",
            'b"Message-ID: <a1@ch': 'b"Comments: Zzqserin 14/02/1999\\r\\nX-Zzqserin: zzqserin\\r\\n'
            "Message-ID: <zzqmerle.1@ch",
            'filename="{name}"': 'filename="{name}"; x="zzqserin"',
            "Bonjour": "Bonjour, zzqserin",
        },
    }
)


def mark() -> None:
    """Put the marked sources in the places of the others."""
    for name, words in EXCHANGED.items():
        if name in sys.modules:
            message = f"{name} is there already, without marks"
            raise RuntimeError(message)
        sys.modules[name] = _marked(name, words)


def _marked(name: str, words: dict[str, str]) -> ModuleType:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123 - a file of ours
        source = file.read()
    for old, new in words.items():
        if old not in source:
            message = f"{name} has no « {old} » any more: exchange what stands there now"
            raise LookupError(message)
        source = source.replace(old, new)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    exec(compile(source, spec.origin, "exec"), module.__dict__)  # noqa: S102 - our own source
    return module
