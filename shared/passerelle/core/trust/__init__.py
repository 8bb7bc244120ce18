"""Certificate paths and who a certificate speaks for."""
