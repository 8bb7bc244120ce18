"""Apicrypt mails, once they are open: HPRIM texts with PDFs and photos."""

from passerelle.core.networks.apicrypt.reading import MOST_DOCUMENTS, read
from passerelle.core.networks.apicrypt.writing import SUBJECT, write

__all__ = ["MOST_DOCUMENTS", "SUBJECT", "read", "write"]
