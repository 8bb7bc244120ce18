"""CDA R2: the clinical document of MSSanté, read and written."""
