"""IHE XDM: the zip that carries CDA documents on MSSanté, read and written."""

from passerelle.core.documents.xdm.reading import Entry, documents, read, recognise

__all__ = ["Entry", "documents", "read", "recognise"]
