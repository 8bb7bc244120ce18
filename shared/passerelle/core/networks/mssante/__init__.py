"""MSSanté: a MIME mail with an IHE_XDM zip, read and written."""
