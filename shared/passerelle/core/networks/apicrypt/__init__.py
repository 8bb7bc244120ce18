"""Apicrypt mails, once they are open: HPRIM texts with PDFs and photos."""

from passerelle.core.networks.apicrypt.reading import MOST_DOCUMENTS, MOST_HPRIM, read
from passerelle.core.networks.apicrypt.writing import write

__all__ = ["MOST_DOCUMENTS", "MOST_HPRIM", "read", "write"]
