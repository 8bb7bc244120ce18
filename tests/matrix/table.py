"""The whole matrix."""

from tests.matrix import openssl_envelopes, openssl_signatures, ours, peers

KINDS = (*openssl_envelopes.KINDS, *openssl_signatures.KINDS, *peers.KINDS, *ours.KINDS)
