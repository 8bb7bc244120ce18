"""A little OpenID provider on loopback, which signs what a test wants it to sign."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT, AUDIENCE, SECRET = "page", "passerelle", "s3cret:&"
_RSA = rsa.generate_private_key(65537, 2048)
_EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(65537, 2048)
"""A key that is nobody's."""

Change = Callable[[dict[str, Any]], object]


def nothing(_claims: dict[str, Any]) -> None:
    """Change nothing."""


@dataclass
class Provider:
    """What the provider knows, and how it is made to err."""

    base: str = ""
    secret: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "77", "preferred_username": "anne.durand", "scope": "openid auditor operator"}
    )
    identity: Change = nothing  # what is changed in an ID token
    access: Change = nothing
    sign: Callable[[Mapping[str, Any]], str] | None = None  # another way to sign
    document: Change = nothing
    grants: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    algorithm: str = "RS256"

    @property
    def public(self) -> bytes:
        """Return its public key, as PEM."""
        return _RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def authorize(self, address: str) -> str:
        """Let the person sign in; return where the browser is sent back to."""
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (given["response_type"], given["client_id"], given["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = base64.urlsafe_b64encode(hashlib.sha256(given["state"].encode()).digest()).decode().rstrip("=")
        self.grants[code] = given
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state'], 'iss': self.base})}"

    def published(self) -> dict[str, Any]:
        """Return the discovery document."""
        document = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/jwks",
            "end_session_endpoint": f"{self.base}/leave",
        }
        self.document(document)
        return document

    def keys(self) -> dict[str, Any]:
        """Return its public keys, and one that is no key for signatures."""
        found = [
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_RSA.public_key())) | {"kid": "rsa", "use": "sig"},
            json.loads(jwt.algorithms.ECAlgorithm.to_jwk(_EC.public_key())) | {"kid": "ec"},
            {"kty": "oct", "kid": "hmac", "k": base64.urlsafe_b64encode(b"k" * 32).decode(), "alg": "HS256"},
            {"kty": "RSA", "kid": "broken"},
        ]
        return {"keys": found}

    def exchange(self, form: Mapping[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the tokens of a code, once; nothing where the code, its verifier or the client is wrong."""
        grant = self.grants.pop(form["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        basic = base64.b64encode(b"page:s3cret%3A%26").decode()
        known = not self.secret or authorization == f"Basic {basic}"
        if (
            grant is None
            or not known
            or (challenge, form["redirect_uri"]) != (grant["code_challenge"], grant["redirect_uri"])
        ):
            return None
        now = int(datetime.now(UTC).timestamp())
        common = {"iss": self.base, "iat": now, "exp": now + 300, "sub": self.person["sub"]}
        identity = {**common, "aud": CLIENT, "nonce": grant["nonce"]}
        access = {**common, "aud": AUDIENCE, **self.person}
        self.identity(identity)
        self.access(access)
        sign = self.sign or self.signed
        return {"token_type": "Bearer", "id_token": sign(identity), "access_token": self.signed(access)}

    def token(self, **claims: object) -> str:
        """Return an access token for the API."""
        now = int(datetime.now(UTC).timestamp())
        return self.signed(
            {"iss": self.base, "iat": now - 1, "exp": now + 300, "aud": AUDIENCE, **self.person, **claims}
        )

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return a token as it should be."""
        if self.algorithm == "ES256":
            return jwt.encode(dict(claims), _EC, "ES256", {"kid": "ec"})
        return jwt.encode(dict(claims), _RSA, self.algorithm, {"kid": "rsa"})


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self.provider.asked.append(self.path)
        known = {"/.well-known/openid-configuration": self.provider.published, "/jwks": self.provider.keys}
        self._send(200, known[self.path]()) if self.path in known else self._send(404, {})

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        found = self.provider.exchange(form, self.headers.get("Authorization", ""))
        self._send(200, found) if found else self._send(400, {"error": "invalid_grant"})

    def _send(self, status: int, value: Mapping[str, Any]) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
