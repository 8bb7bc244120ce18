"""MIME, addresses, envelopes, DSN."""
