"""MSSanté: a MIME mail with an IHE_XDM zip, read and written."""

from passerelle.core.networks.mssante.reading import read

__all__ = ["read"]
