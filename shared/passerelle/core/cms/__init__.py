"""CMS (RFC 5652): BER, SignedData, EnvelopedData, AuthEnvelopedData."""
