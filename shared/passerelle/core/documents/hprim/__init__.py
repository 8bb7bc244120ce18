"""HPRIM Médecin: the text with a header of twelve lines that Apicrypt mails carry."""

from passerelle.core.documents.hprim.reading import HprimFile, read, recognise
from passerelle.core.documents.hprim.writing import write

__all__ = ["HprimFile", "read", "recognise", "write"]
