"""HPRIM, CDA, XDM, biology, narrative, PDF."""
