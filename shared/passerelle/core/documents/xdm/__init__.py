"""IHE XDM: the zip that carries CDA documents on MSSanté, read and written."""
