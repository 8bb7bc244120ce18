"""Every sentence that the command line says, in French and in English: the one catalogue."""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType


class Language(Enum):
    """The languages of the command line."""

    FR = "fr"
    EN = "en"


CATALOGUE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # help
        "help.app": (
            "Passerelle : le pont entre Apicrypt et MSSanté. Codes de sortie : sysexits (0, 64, 65, 70, 75).",
            "Passerelle: the bridge between Apicrypt and MSSanté. Exit codes: sysexits (0, 64, 65, 70, 75).",
        ),
        "help.lang": ("Langue des messages : fr ou en.", "Language of the messages: fr or en."),
        "help.json": ("Écrire du JSON.", "Write JSON."),
        "help.demo": (
            "Faire traverser de vrais courriers, tout le pont sur cette machine.",
            "Let real mails cross, the whole bridge on this machine.",
        ),
        "help.demo.output": (
            "Dossier où laisser ce que chacun a reçu.",
            "Folder for what everybody received.",
        ),
        "help.demo.port": ("Port de l'émulateur ; 0 : un port libre.", "Port of the emulator; 0: a free one."),
        "help.demo.stay": ("Garder le pont ouvert jusqu'à Ctrl-C.", "Keep the bridge open until Ctrl-C."),
        "help.convert": (
            "Montrer ou écrire ce que l'autre réseau recevrait, et ce qui n'a pas pu passer ; sans nuage.",
            "Show or write what the other network would get, and what could not be carried; no cloud.",
        ),
        "help.convert.file": (
            "Un courriel .eml, un IHE_XDM.zip, un CDA .xml ou un fichier HPRIM.",
            "A mail .eml, an IHE_XDM.zip, a CDA .xml or an HPRIM file.",
        ),
        "help.convert.to": ("Dossier où écrire le résultat.", "Folder to write the result to."),
        "help.agreements.option": ("Fichier des conventions (TOML).", "File of the agreements (TOML)."),
        "help.submit": (
            "Confier au pont un courriel lu sur l'entrée standard ; 0 : il est dans S3, 75 : réessayer.",
            "Hand a mail on standard input to the bridge; 0: it is in S3, 75: try again.",
        ),
        "help.submit.sender": (
            "Expéditeur de l'enveloppe ; vide pour une notification.",
            "Envelope sender; empty for a notice.",
        ),
        "help.submit.network": ("Réseau d'où vient le courriel.", "Network that the mail comes from."),
        "help.submit.peer": (
            "Certificats (PEM) de l'opérateur MSSanté qui remet le courriel : la liste blanche doit le nommer.",
            "Certificates (PEM) of the MSSanté operator that hands the mail over: the white list must name it.",
        ),
        "help.submit.peer-host": ("Nom que cet opérateur donne dans EHLO.", "Name that this operator gives in EHLO."),
        "help.submit.recipients": ("Destinataires de l'enveloppe.", "Envelope recipients."),
        "help.stack": ("Nom de la pile déployée.", "Name of the deployed stack."),
        "help.deliveries": ("Lister les remises, ou en suivre une.", "List the deliveries, or follow one."),
        "help.deliveries.id": ("Identifiant d'une remise, entier ou son début.", "Id of a delivery, or its start."),
        "help.deliveries.day": ("Jour (UTC) des remises, AAAA-MM-JJ.", "Day (UTC) of the deliveries, YYYY-MM-DD."),
        "help.deliveries.follow": ("Attendre la suite jusqu'à la fin.", "Wait for what follows, until the end."),
        "help.deliveries.days": ("Nombre de jours, en remontant.", "How many days, back from there."),
        "help.deliveries.state": ("Seulement celles dans cet état.", "Only those in this state."),
        "help.deliveries.reason": (
            "Seulement celles dont le motif commence ainsi.",
            "Only those whose reason starts so.",
        ),
        "help.page": (
            "Ouvrir le registre dans un navigateur de cette machine ; sans --by, rien ne s'y décide.",
            "Open the ledger in a browser of this machine; without --by nothing is decided there.",
        ),
        "help.page.port": ("Port de la page ; 0 : un port libre.", "Port of the page; 0: a free one."),
        "page.open": (
            "Ouvrez ce lien, qui ne sert qu'une fois ; Ctrl-C pour fermer la page.\n{link}",
            "Open this link, which works once; Ctrl-C closes the page.\n{link}",
        ),
        "help.by": ("Qui décide : un nom sans espace, gardé dans le registre.", "Who decides: kept in the ledger."),
        "help.hold": ("Retenir une remise qui n'est pas encore partie.", "Hold a delivery that has not left yet."),
        "help.release": (
            "Laisser partir une remise retenue ; un envoi incertain est renvoyé.",
            "Let a held delivery go; an uncertain one is sent again.",
        ),
        "help.retry": (
            "Réessayer maintenant, ou juger à nouveau ce qui est retenu ou en quarantaine.",
            "Try again now, or judge again what is held or in quarantine.",
        ),
        "help.refuse": (
            "Refuser une remise retenue ou en quarantaine : l'expéditeur en est averti.",
            "Refuse a delivery that is held or in quarantine: its sender is told.",
        ),
        "help.dead-letters": (
            "Compter ce que les files ont abandonné, ou le remettre en route.",
            "Count what the queues gave up, or put it back.",
        ),
        "help.dead-letters.replay": ("Remettre en route (--by nécessaire).", "Put it back (needs --by)."),
        "help.forget": (
            "Montrer les mois dont les adresses se lisent encore, ou détruire la clé d'un mois ; la preuve reste.",
            "Show the months whose addresses can still be read, or destroy the key of one; the proof stands.",
        ),
        "help.forget.month": ("Le mois, AAAA-MM (--by nécessaire).", "The month, YYYY-MM (needs --by)."),
        "help.forget.force": (
            "Même si la durée de conservation du mois n'est pas finie.",
            "Even though the retention of the month is not over.",
        ),
        "help.forget.yes": ("Ne pas demander de confirmation.", "Ask for no confirmation."),
        "forget.months": ("Adresses lisibles : {months}", "Addresses that can be read: {months}"),
        "forget.none": ("Aucune adresse n'est lisible.", "No address can be read."),
        "forget.sure": (
            "Détruire la clé de {month} ? Personne ne saura plus jamais qui a écrit à qui ce mois-là.",
            "Destroy the key of {month}? Nobody will ever know again who wrote to whom in that month.",
        ),
        "forget.done": (
            "{month} : la clé est détruite, les adresses sont oubliées ; la preuve reste.",
            "{month}: the key is destroyed, the addresses are forgotten; the proof stands.",
        ),
        "forget.unknown": ("{month} : il n'y avait pas de clé.", "{month}: there was no key."),
        "help.slip": (
            "Écrire le reçu d'une remise, vérifiable sans le pont (« passerelle verify »).",
            "Write the receipt slip of a delivery, to be checked without the bridge (`passerelle verify`).",
        ),
        "help.slip.to": (
            "Fichier où l'écrire (.json ; .pdf : les deux) ; sinon, sortie standard.",
            "File to write it to (.json; .pdf: both); else standard output.",
        ),
        "help.slip.archive": (
            "Copie de l'archive (dossier ou zip) où chercher, sans la pile.",
            "Copy of the archive (folder or zip) to look in, without the stack.",
        ),
        "help.verify": (
            "Vérifier une copie de l'archive des sceaux, ou le reçu d'une remise ; 0 : tout est prouvé, 65 : non.",
            "Verify a copy of the archive of seals, or a receipt slip; 0: all is proven, 65: it is not.",
        ),
        "help.verify.path": ("Dossier, zip, ou reçu (JSON).", "Folder, zip, or slip (JSON)."),
        "help.verify.key": (
            "Clé publique du registre, reçue d'ailleurs (texte « nom+…+… » ou fichier) ; plusieurs fois au besoin.",
            "Public key of the log, had from elsewhere (text `name+…+…` or a file); may stand several times.",
        ),
        "help.verify.known": (
            "Point de contrôle conservé d'avant : l'archive doit en être la suite.",
            "A checkpoint that was kept before: the archive must be its continuation.",
        ),
        "help.verify.authorities": (
            "Certificats (PEM) des autorités d'horodatage à croire.",
            "Certificates (PEM) of the time-stamping authorities to believe.",
        ),
        "decide.done": ("{delivery} : {state}", "{delivery}: {state}"),
        "dead-letters.count": ("{verb:<12} {number} message(s) abandonné(s)", "{verb:<12} {number} dead letter(s)"),
        "dead-letters.replayed": ("{verb:<12} {number} remis en route", "{verb:<12} {number} put back"),
        "help.agreements": ("Vérifier un fichier de conventions.", "Check a file of agreements."),
        "help.agreements.file": ("Le fichier (TOML).", "The file (TOML)."),
        "help.agreements.directory": (
            "Extraction de l'annuaire MSSanté (texte ou zip) : montrer ce qu'elle complète ou contredit.",
            "Extraction of MSSanté's directory (text or zip): show what it completes or contradicts.",
        ),
        "help.codes": (
            "Compter les résultats d'un laboratoire qui ont un code LOINC, et proposer des lignes pour les autres.",
            "Count the results of a laboratory that have a LOINC code, and propose rows for the others.",
        ),
        "help.codes.folder": ("Dossier de fichiers HPRIM du laboratoire.", "Folder of the laboratory's HPRIM files."),
        # demo
        "demo.opening": (
            "J'ouvre le pont : émulateur, deux villes, certificats d'essai, template.yaml…",
            "Opening the bridge: emulator, two towns, test certificates, template.yaml…",
        ),
        "demo.deployed": ("Pont déployé en {seconds} s.", "Bridge deployed in {seconds} s."),
        "demo.posted": ("  posté    {mail} ({network})", "  posted   {mail} ({network})"),
        "demo.ended": ("  {state:<8} {mail}", "  {state:<8} {mail}"),
        "demo.mail.discharge": ("Lettre de liaison, MSSanté → Apicrypt", "Discharge letter, MSSanté → Apicrypt"),
        "demo.mail.report": ("Biologie de l'hôpital, MSSanté → Apicrypt", "Hospital laboratory, MSSanté → Apicrypt"),
        "demo.mail.letter": ("Courrier du médecin, Apicrypt → MSSanté", "Doctor's letter, Apicrypt → MSSanté"),
        "demo.mail.results": ("Biologie de ville, Apicrypt → MSSanté", "Town laboratory, Apicrypt → MSSanté"),
        "demo.mail.damaged": ("Lettre abîmée en route, à refuser", "Letter damaged on its way, to be refused"),
        "demo.sealed": (
            "Scellé, puis vérifié sans le pont ({folder}) :",
            "Sealed, then verified without the bridge ({folder}):",
        ),
        "demo.notice": ("  ↳ avis à l'expéditeur", "  ↳ notice to the sender"),
        "demo.done": (
            "Ce que chacun a reçu : {folder} ({seconds} s en tout).",
            "What everybody got: {folder} ({seconds} s in all).",
        ),
        "demo.unexpected": (
            "Un courrier n'a pas fini comme prévu ; voir le tableau et {folder}.",
            "A mail did not end as expected; see the table and {folder}.",
        ),
        "demo.folder": (
            "Le dossier {folder} contient autre chose qu'une démonstration : en choisir un autre (--output).",
            "The folder {folder} holds something else than a demonstration: choose another one (--output).",
        ),
        "demo.stay": (
            "Le pont reste ouvert (Ctrl-C pour fermer). Dans un autre terminal :\n  {commands}",
            "The bridge stays open (Ctrl-C to close it). In another terminal:\n  {commands}",
        ),
        "demo.readme": (
            """\
Démonstration de Passerelle : personnes, lieux et certificats sont inventés.
Dans chaque dossier : envoye.eml, ce qui a été confié au pont, et recu/, ce que le destinataire ouvre ;
recu-chiffre.eml est le même courriel tel qu'il a voyagé. remises.json : ce qu'en dit le registre.
preuve/ : l'archive scellée ; preuve.json : le reçu de chaque courriel. « passerelle verify » les vérifie.
""",
            """\
A demonstration of Passerelle: people, places and certificates are invented.
In each folder: envoye.eml, what was handed to the bridge, and recu/, what its reader opens;
recu-chiffre.eml is the same mail as it travelled. remises.json: what the ledger says of it.
preuve/: the sealed archive; preuve.json: the receipt slip of each mail. `passerelle verify` verifies them.
""",
        ),
        # convert
        "convert.to.apicrypt": ("Ce que recevrait Apicrypt", "What Apicrypt would get"),
        "convert.to.mssante": ("Ce que recevrait MSSanté", "What MSSanté would get"),
        "convert.losses": ("Ce qui n'a pas pu passer", "What could not be carried"),
        "convert.no-loss": ("Tout a pu passer.", "Everything could be carried."),
        "convert.what": ("Quoi", "What"),
        "convert.where": ("Où", "Where"),
        "convert.why": ("Pourquoi", "Why"),
        "convert.instead": ("À la place", "Instead"),
        # deliveries
        "deliveries.title": ("Remises", "Deliveries"),
        "deliveries.name": ("Courrier", "Mail"),
        "deliveries.state": ("État", "State"),
        "deliveries.timeline": ("Chronologie", "Timeline"),
        "deliveries.reason": ("Motif", "Reason"),
        "deliveries.none": ("Aucune remise le {day}.", "No delivery on {day}."),
        # proof
        "slip.title": ("Reçu d'une remise", "Receipt of a delivery"),
        "slip.paper": (
            "Seul le fichier {file} porte les preuves.\nIl se vérifie partout : passerelle verify {file}",
            "Only the file {file} holds the proofs.\nCheck it anywhere: passerelle verify {file}",
        ),
        "slip.written": ("{file} : {events} événements prouvés.", "{file}: {events} events proven."),
        "slip.waiting": (
            "{waiting} événement(s) pas encore scellé(s) : redemander le reçu dans une ou deux heures.",
            "{waiting} event(s) not sealed yet: ask again in an hour or two.",
        ),
        "verify.size": (
            "{size} événements de {deliveries} remises, en {seals} sceaux",
            "{size} events of {deliveries} deliveries, in {seals} seals",
        ),
        "verify.span": ("  du {first} au {last}", "  from {first} to {last}"),
        "verify.key": (
            "Signés par {signer}\n  (registre de {size} événements)",
            "Signed by {signer}\n  (log of {size} events)",
        ),
        "verify.given": ("  clé donnée par vous", "  a key that you gave"),
        "verify.own": (
            "  clé prise dans ce fichier même : comparez-la à celle que l'exploitant publie (--key).",
            "  a key out of this very file: compare it with the one that the operator publishes (--key).",
        ),
        "verify.known": (
            "Suite du point de contrôle connu ({size} événements).",
            "A continuation of the known checkpoint ({size} events).",
        ),
        "verify.unknown": (
            "Sans point de contrôle connu (--known), une fin coupée ne se voit pas.",
            "Without a known checkpoint (--known), an end that was cut off cannot be seen.",
        ),
        "verify.stamped": (
            "Horodaté le {at} par une autorité de confiance (registre de {size} événements).",
            "Timestamped on {at} by a trusted authority (log of {size} events).",
        ),
        "verify.slip": (
            "Remise {delivery} : {events} événements, dans un registre de {size}",
            "Delivery {delivery}: {events} events, in a log of {size}",
        ),
        "verify.whole": ("Tout est prouvé.", "All of it is proven."),
        "verify.wrong": ("NON PROUVÉ. Première anomalie :", "NOT PROVEN. The first thing that is wrong:"),
        "verify.where": ("  où : {where}", "  where: {where}"),
        # agreements
        "agreements.good": (
            "{file} : {agreements} conventions, {correspondents} correspondants, rien à redire.",
            "{file}: {agreements} agreements, {correspondents} correspondents, nothing to say against.",
        ),
        "agreements.completed": ("{address} : l'annuaire ajoute {added}", "{address}: the directory adds {added}"),
        "agreements.family": ("nom", "family name"),
        "agreements.given": ("prénom", "given name"),
        "agreements.title": ("titre", "title"),
        "agreements.identifier": ("identifiant national", "national number"),
        "agreements.profession": ("profession", "profession"),
        "agreements.structure": ("structure", "structure"),
        # codes
        "codes.files": (
            "Fichiers : {files}, dont {unread} illisibles.",
            "Files: {files}, {unread} of them unreadable.",
        ),
        "codes.covered": (
            "Mesures avec un code LOINC : {covered} sur {measured} ({share} %).",
            "Measures with a LOINC code: {covered} of {measured} ({share} %).",
        ),
        "codes.proposed": (
            "\nÀ compléter par un biologiste, puis à mettre sous le laboratoire dans le fichier des conventions :",
            "\nTo be completed by a biologist, then put below the laboratory in the file of the agreements:",
        ),
        "codes.unmappable": (
            "\nSans code du laboratoire, ou dans une unité que le pont ne connaît pas (code | libellé | unité) :",
            "\nWithout a code of the laboratory, or in a unit that the bridge does not know (code | label | unit):",
        ),
        "codes.too-many": (
            "Le dossier {folder} contient plus de {most} fichiers.",
            "The folder {folder} holds more than {most} files.",
        ),
        # errors
        "error": ("Erreur", "Error"),
        "error.inside": (
            "Erreur interne ({name}) : à signaler. Aucune donnée n'a été écrite ailleurs.",
            "Internal error ({name}): please report it. Nothing was written elsewhere.",
        ),
        "error.read": ("Impossible de lire {file} : {reason}.", "Cannot read {file}: {reason}."),
        "error.write": ("Impossible d'écrire dans {folder} : {reason}.", "Cannot write to {folder}: {reason}."),
        "error.lang": ("Langue inconnue : fr ou en.", "Unknown language: fr or en."),
        "refused.MalformedError": ("Refusé : le document ne suit pas son format.", "Refused: it breaks its format."),
        "refused.UnsupportedError": (
            "Refusé : le pont ne transporte pas ce contenu.",
            "Refused: the bridge does not carry such content.",
        ),
        "refused.UntrustedError": ("Refusé : l'origine n'est pas prouvée.", "Refused: its origin is not proven."),
        "refused.UnavailableError": (
            "Indisponible pour l'instant : réessayer.",
            "Not available now: try again.",
        ),
        "refused.OvertakenError": ("Déjà fait par une autre tentative.", "Already done by another attempt."),
        # setup
        "setup.ministack": (
            "L'émulateur manque pour Python {version} : « make demo » l'installe.",
            "The emulator is missing for Python {version}: `make demo` installs it.",
        ),
        "setup.port": (
            "Le port {port} est déjà pris : choisir un autre avec --port, ou 0.",
            "Port {port} is taken: choose another one with --port, or 0.",
        ),
        "setup.emulator": ("L'émulateur n'a pas démarré ; voir {log}.", "The emulator did not start; see {log}."),
        "setup.layer": (
            "Les paquets de la couche Lambda ne s'installent pas : {reason}",
            "The packages of the Lambda layer cannot be installed: {reason}",
        ),
        "setup.refresh": (
            "Les listes d'essai n'ont pas été relevées ; voir {log}.",
            "The pretend lists were not fetched; see {log}.",
        ),
        "setup.stack": ("Le déploiement a échoué : {reason}", "The deployment failed: {reason}"),
        "setup.checkout": (
            "Cette commande se lance dans une copie du dépôt : template.yaml est introuvable.",
            "This command runs in a checkout of the repository: template.yaml is not there.",
        ),
        "setup.stuck": (
            "Des courriers ne sont pas arrivés à temps ; journal : {log}",
            "Some mails did not arrive in time; log: {log}",
        ),
    }
)


def text(key: str, language: Language, **values: object) -> str:
    """Return a sentence of the catalogue with its values."""
    french, english = CATALOGUE[key]
    return (french if language is Language.FR else english).format(**values)


def chosen(arguments: Sequence[str], variable: str | None) -> tuple[Language, list[str]]:
    """Return the language of a command line, and the arguments without the choice; ValueError for an unknown one.

    `--lang` may stand anywhere; then the variable PASSERELLE_LANG decides, then French.
    """
    wanted, rest, seen = variable or Language.FR.value, list[str](), iter(arguments)
    for argument in seen:
        name, _, value = argument.partition("=")
        if name != "--lang":
            rest.append(argument)
            if argument == "--":
                rest.extend(seen)
        else:
            wanted = value or next(seen, "")
    return Language(wanted), rest
