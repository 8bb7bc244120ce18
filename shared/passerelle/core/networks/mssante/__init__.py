"""MSSanté: a MIME mail with an IHE_XDM zip, read and written."""

from passerelle.core.networks.mssante.reading import read
from passerelle.core.networks.mssante.writing import write

__all__ = ["read", "write"]
