"""IHE XDM: the zip that carries CDA documents on MSSanté, read and written."""

from passerelle.core.documents.xdm.metadata_writing import Form, Packed, Submission
from passerelle.core.documents.xdm.reading import Entry, documents, read, recognise
from passerelle.core.documents.xdm.writing import write

__all__ = ["Entry", "Form", "Packed", "Submission", "documents", "read", "recognise", "write"]
