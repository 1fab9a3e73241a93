"""A mail server some milliseconds away, as mail providers are: STARTTLS, a password, and every mail is forgotten.

Run as a process of its own: ``python -m tests.load.mailserver PORT MILLISECONDS FOLDER``; it leaves its
certificate in the folder.
"""

import asyncio
import ssl
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
CERTIFICATE = "mailserver.pem"


class Forgetful:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 – aiosmtpd
        return "250 OK"


class Distant(SMTP):
    """Answers as late as its answers need for the way; the ways of the TCP and TLS handshakes are not counted."""

    seconds = 0.0

    async def push(self, status: AnyStr) -> None:
        """Send one line, late unless more of the same answer follow it."""
        if str(status)[3:4] != "-":
            await asyncio.sleep(self.seconds)
        await super().push(status)


def make_certificate(folder: Path) -> ssl.SSLContext:
    """Write a certificate for this machine, with its key, and return a context that shows it."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / CERTIFICATE
    path.write_bytes(certificate.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def serve(port: int, context: ssl.SSLContext) -> None:
    """Take mail until the process is ended."""

    def connection() -> SMTP:
        return Distant(
            Forgetful(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=lambda *_: AuthResult(success=True),
        )

    server = await asyncio.get_running_loop().create_server(connection, HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    Distant.seconds = int(sys.argv[2]) / 1000
    asyncio.run(serve(int(sys.argv[1]), make_certificate(Path(sys.argv[3]))))
