"""What a notice says of a reason code: the enhanced status (RFC 3463) and a sentence, in French and in English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A status and what the sender should know and do; never a word of his mail."""

    status: str
    french: str
    english: str


_UNREADABLE = Cause(
    "5.6.0",
    "Le courrier, ou un document qu'il porte, ne respecte pas son format. Vérifiez-le et renvoyez-le.",
    "The mail, or a document in it, breaks a rule of its format. Check it and send it again.",
)
_UNSUPPORTED = Cause(
    "5.6.1",
    "Le courrier ne contient aucun document que la passerelle sache transmettre.",
    "The mail holds no document that the bridge can carry.",
)
_INTEGRITY = Cause(
    "5.7.7",
    "La signature du courrier n'est pas valable, ou ne correspond pas à l'expéditeur.",
    "The signature of the mail is not valid, or not the sender's.",
)
_TOO_LARGE = Cause(
    "5.3.4",
    "Le courrier est trop volumineux. Envoyez-le en plusieurs fois.",
    "The mail is too large. Send it in several parts.",
)
_IN_MAILBOX = Cause("2.1.5", "Le courrier est dans sa boîte.", "The mail is in the mailbox.")
_REJECTED = {  # IG-LPS: the agency's codes of what a reader's software could not do
    f"receipt.rejected.{code}": Cause(
        "5.6.0",
        f"Le courrier est arrivé, mais le logiciel du destinataire n'a pas pu l'intégrer : {french}.",
        f"The mail has arrived, but the recipient's software could not take it in: {english}.",
    )
    for code, french, english in (
        ("900", "version du document inadaptée", "wrong version of the document"),
        ("901", "auteur non autorisé", "author not allowed"),
        ("902", "patient inconnu", "unknown patient"),
        ("903", "pas d'INS dans le document", "no INS in the document"),
        ("904", "INS différente de celle de son dossier", "INS differs from the record"),
        ("905", "INS incomplète", "INS incomplete"),
    )
}
_REFUSED = {  # IG-CDA, SMTPERRORCODE: the agency's codes of what SMTP could not do
    f"delivery.rejected.{code}": Cause(
        status,
        f"Le serveur du destinataire a refusé le courrier : {french}.",
        f"The recipient's server has refused the mail: {english}.",
    )
    for code, status, french, english in (
        ("510", "5.1.3", "l'adresse n'est pas valable", "the address is not valid"),
        ("512", "5.1.2", "ce domaine ne reçoit pas de courrier", "the domain takes no mail"),
        ("523", "5.3.4", "le courrier est trop volumineux", "the mail is too large"),
        ("530", "5.7.0", "il n'accepte pas la passerelle", "it does not take mail of the bridge"),
        ("541", "5.7.1", "une règle ou un filtre l'arrête", "a rule or a filter stops it"),
        ("550", "5.1.1", "la boîte n'existe pas, ou est fermée", "the mailbox does not exist, or is closed"),
        ("551", "5.1.6", "la boîte a changé d'adresse", "the mailbox has another address now"),
        ("552", "5.2.2", "la boîte est pleine", "the mailbox is full"),
    )
}
_GIVEN_UP = {
    f"delivery.expired.{code}": Cause(
        "5.4.7",
        f"Le courrier n'a pas pu être remis pendant plusieurs jours : {french}.",
        f"The mail could not be delivered for several days: {english}.",
    )
    for code, french, english in (
        ("101", "le serveur du destinataire n'est pas joignable", "the recipient's server cannot be reached"),
        ("420", "le serveur du destinataire ne répond pas à temps", "the recipient's server does not answer in time"),
        ("422", "la boîte est pleine", "the mailbox is full"),
        ("431", "le serveur du destinataire n'a plus de place", "the recipient's server has no room left"),
        ("442", "le serveur du destinataire coupe la connexion", "the recipient's server breaks the connection"),
        ("512", "le nom du serveur du destinataire est inconnu", "the name of the recipient's server is unknown"),
    )
}
_CAUSES = {
    "policy.unknown-recipient": Cause(
        "5.1.1",
        "Ce destinataire n'est pas joignable par la passerelle. Vérifiez l'adresse.",
        "This recipient cannot be reached through the bridge. Check the address.",
    ),
    "policy.no-document": _UNSUPPORTED,
    "answer": Cause(
        "5.6.1",
        "Une réponse sans document médical ne peut contenir que du texte. Renvoyez-la sans fichier.",
        "An answer without a medical document can hold text only. Send it again without files.",
    ),
    "policy.unowned-file": Cause(
        "5.6.0",
        "Le courrier parle de plusieurs patients, et un fichier n'en nomme aucun. Envoyez un courrier par patient.",
        "The mail speaks of several patients, and one file names none of them. Send one mail for each patient.",
    ),
    "policy.unsigned": _INTEGRITY,
    "policy.sender-differs": _INTEGRITY,
    "policy": Cause(
        "5.7.1",
        "Les règles de la passerelle ne permettent pas ce courrier à ce destinataire.",
        "The rules of the bridge do not allow this mail to this recipient.",
    ),
    "doubt.no-birth-date": Cause(
        "5.6.0",
        "La date de naissance du patient manque (HPRIM, ligne 7) : MSSanté l'exige. Complétez et renvoyez le courrier.",
        "The patient's birth date is missing (HPRIM, line 7): MSSanté wants it. Complete it and send the mail again.",
    ),
    "doubt.active-file": Cause(
        "5.7.1",
        "Un PDF du courrier contient un script, un formulaire, un fichier, ou est chiffré. Envoyez un PDF simple.",
        "A PDF of the mail holds a script, a form, a file, or is encrypted. Send a plain PDF.",
    ),
    "doubt": Cause(
        "5.6.0",
        "Il manque au courrier des données nécessaires à son classement. Complétez-le et renvoyez-le.",
        "The mail lacks data that are needed to file it. Complete it and send it again.",
    ),
    "mail.size": _TOO_LARGE,
    "mssante.size": _TOO_LARGE,
    "mail.program": Cause(
        "5.7.1",
        "Un fichier joint est un programme. Retirez-le et renvoyez le courrier.",
        "An attached file is a program. Take it out and send the mail again.",
    ),
    "mail.disguised": Cause(
        "5.6.1",
        "Un fichier joint n'est pas ce que dit son nom. Enregistrez-le à nouveau et renvoyez le courrier.",
        "An attached file is not what its name says. Save it again and send the mail again.",
    ),
    "mail": _UNREADABLE,
    "apicrypt": _UNREADABLE,
    "hprim": _UNREADABLE,
    "hprim.sante": _UNSUPPORTED,
    "hl7": _UNREADABLE,
    "hl7.no-cda": _UNSUPPORTED,
    "hl7.type": _UNSUPPORTED,
    "hl7.messages": _UNSUPPORTED,
    "hl7.status": _UNSUPPORTED,
    "cda": _UNREADABLE,
    "cda.patients": _UNSUPPORTED,
    "xdm": _UNREADABLE,
    "metadata": _UNREADABLE,
    "narrative": _UNREADABLE,
    "pdf": _UNREADABLE,
    "image": Cause(
        "5.6.0",
        "Une photo jointe est abîmée ou trop grande. Réduisez-la, ou reprenez-la, et renvoyez le courrier.",
        "An attached photo is broken or too large. Make it smaller, or take it again, and send the mail again.",
    ),
    "image.heic": Cause(
        "5.6.1",
        "Une photo jointe est au format HEIC ou AVIF, que le destinataire ne peut pas lire. Renvoyez-la en JPEG.",
        "An attached photo is a HEIC or AVIF file, which the recipient cannot read. Send it again as a JPEG.",
    ),
    "image.no-identity": Cause(
        "5.6.1",
        "Une photo seule ne dit pas de quel patient elle est. Joignez-la à un document au nom du patient.",
        "A photo alone does not say of which patient it is. Attach it to a document that names the patient.",
    ),
    "cipher.in-clear": Cause(
        "5.7.10",
        "Le courrier n'est pas chiffré. Chiffrez-le pour la passerelle et renvoyez-le.",
        "The mail is not encrypted. Encrypt it for the bridge and send it again.",
    ),
    "cms.not-for-us": Cause(
        "5.7.5",
        "Le courrier n'est pas chiffré pour le certificat actuel de la passerelle.",
        "The mail is not encrypted for the present certificate of the bridge.",
    ),
    "cms.signature": _INTEGRITY,
    "cms.digest-differs": _INTEGRITY,
    "trust": _INTEGRITY,
    "cms.cipher": Cause(
        "5.7.6",
        "Le chiffrement du courrier est trop ancien : AES est nécessaire.",
        "The encryption of the mail is too old: AES is needed.",
    ),
    "cms": Cause(
        "5.7.5",
        "Le courrier ne peut pas être déchiffré ou vérifié.",
        "The mail cannot be decrypted or verified.",
    ),
    "cipher": Cause(
        "5.7.5",
        "Le courrier n'est pas signé et chiffré comme convenu.",
        "The mail is not signed and encrypted as agreed.",
    ),
    "delivery.accepted": Cause(
        "2.0.0", "Son serveur a pris le courrier en charge.", "Its server has taken charge of the mail."
    ),
    "receipt.relayed": Cause(
        "2.0.0", "Son serveur a pris le courrier en charge.", "Its server has taken charge of the mail."
    ),
    "receipt.delivered": _IN_MAILBOX,
    "receipt.displayed": _IN_MAILBOX,
    "receipt.processed": _IN_MAILBOX,
    "receipt.deleted": Cause(
        "2.1.5",
        "Le courrier est arrivé dans sa boîte, et a été supprimé, peut-être sans être lu.",
        "The mail has reached the mailbox, and was deleted, perhaps unread.",
    ),
    "operator": Cause(
        "5.7.1",
        "Un exploitant de la passerelle a refusé ce courrier. Adressez-vous à lui.",
        "An operator of the bridge has refused this mail. Ask him.",
    ),
    "receipt.silent": Cause(
        "4.0.0",
        "Aucun accusé de lecture n'est venu dans le délai convenu. Assurez-vous que le courrier a été lu.",
        "No reading receipt has come in the time agreed. Make sure that the mail was read.",
    ),
    "receipt.failed": Cause(
        "5.0.0",
        "Le serveur du destinataire avait pris le courrier, et n'a pas pu le remettre.",
        "The recipient's server had taken the mail, and could not deliver it.",
    ),
    "receipt.rejected": Cause(
        "5.6.0",
        "Le courrier est arrivé, mais le logiciel du destinataire n'a pas pu l'intégrer. Prévenez le destinataire.",
        "The mail has arrived, but the recipient's software could not take it in. Tell the recipient.",
    ),
    **_REJECTED,
    **_REFUSED,
    **_GIVEN_UP,
    "delivery.expired": Cause(
        "5.4.7",
        "Le serveur du destinataire n'a pas répondu pendant plusieurs jours.",
        "The recipient's server has not answered for several days.",
    ),
    "delivery": Cause(
        "5.0.0",
        "Le serveur du destinataire a refusé le courrier.",
        "The recipient's server has refused the mail.",
    ),
}
_OTHER = Cause("5.0.0", "Le courrier n'a pas pu être transmis.", "The mail could not be carried.")


def find(code: str) -> Cause:
    """Return the cause of a reason code, or of the longest beginning of it that is known."""
    while code:
        if code in _CAUSES:
            return _CAUSES[code]
        code = code.rpartition(".")[0]
    return _OTHER
