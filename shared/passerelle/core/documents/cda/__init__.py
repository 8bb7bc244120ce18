"""CDA R2: the clinical document of MSSanté, read and written."""

from passerelle.core.documents.cda.reading import read

__all__ = ["read"]
