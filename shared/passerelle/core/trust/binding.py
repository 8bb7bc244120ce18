"""Whether a certificate speaks for an address (RFC 8550 §3): never by what a display name or a subject says."""

from cryptography import x509

from passerelle.core.errors import UntrustedError


def check(certificate: x509.Certificate, address: str) -> str:
    """Return the name in the certificate that speaks for the address, or raise `trust.signer-not-sender`.

    A person's certificate (rfc822Name) speaks for its addresses; an organisation's (dNSName, no rfc822Name) for every
    address of its domain, and of no other, above or below it.
    """
    emails, domains = _names(certificate)
    local, _, domain = address.rpartition("@")
    if local:
        found = [name for name in emails if _folded(name) == (local, domain.casefold())]
        found += [name for name in domains if not emails and name.casefold() == domain.casefold()]
        if found:
            return found[0]
    raise UntrustedError("trust.signer-not-sender", "The signer's certificate does not speak for the address in From.")


def _folded(email: str) -> tuple[str, str]:
    """Return local part and domain to compare: RFC 5280 §7.5 folds the domain only."""
    local, _, domain = email.rpartition("@")
    return local, domain.casefold()


def _names(certificate: x509.Certificate) -> tuple[list[str], list[str]]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return [], []
    return names.get_values_for_type(x509.RFC822Name), names.get_values_for_type(x509.DNSName)
