"""Debian's nginx with the files of `manage.py write_nginx`, and a throw-away certificate."""

import datetime
import os
import re
import shutil
import ssl
import subprocess
from io import StringIO
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.test.utils import override_settings

from tests.services.portal import Portal
from tests.services.process import Process, accepts, free_port, wait_until


class Nginx(Process):
    """nginx in front of both web processes of a portal; ``folder`` takes its files. With ``tls`` it has a certificate."""

    def __init__(self, portal: Portal, folder: Path, *, tls: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.portal = portal
        self.port, self.tls_port = free_port(), free_port()
        self.is_tls = tls
        # Clients of a test that puts load on all come from one address.
        self.has_limits = True
        portal.env |= {
            "TRUSTED_PROXIES": "1",
            "NGINX_PORT": str(self.port),
            "NGINX_TLS_PORT": str(self.tls_port),
            "NGINX_COPIES_PORT": str(free_port()),
            "WEB_SERVERS": f"127.0.0.1:{portal.port},127.0.0.1:{portal.second_port}",
            "SITE_URL": self.url,
        }
        if tls:
            self.authority, certificate, key = make_certificate(folder)
            portal.env |= {"TLS_CERTIFICATE": str(certificate), "TLS_KEY": str(key)}
        super().__init__(nginx_command(folder / "nginx.conf"), log=folder / "nginx.log")

    @property
    def url(self) -> str:
        return f"https://localhost:{self.tls_port}" if self.is_tls else f"http://localhost:{self.port}"

    def write(self, *arguments: str) -> None:
        """Do what `manage.py write_nginx` does with the environment of the portal; in this process, which is quicker.

        tests/nginx/test_operations.py runs the command itself.
        """
        with override_settings(**settings_of(self.portal.env)):
            call_command("write_nginx", self.folder, *arguments, stdout=StringIO())
        keep_apart(self.folder / "nginx.conf", self.folder)
        if not self.has_limits:
            lift_limits(self.folder / "nginx.conf")

    def start(self) -> None:
        """Write the files, start nginx and wait until it listens."""
        self.write()
        super().start()
        wait_until(lambda: accepts(self.port), seconds=10, what=f"nginx listens\n{self.output()}")

    def reload(self) -> None:
        """Have nginx read its configuration again; requests under way are finished."""
        subprocess.run([*self.command[:3], "-s", "reload"], check=True, capture_output=True)

    def client(self, **options: object) -> httpx.Client:
        """Return a client that trusts the throw-away certificate."""
        verify = ssl.create_default_context(cafile=str(self.authority)) if self.is_tls else True
        return httpx.Client(**{"base_url": self.url, "verify": verify, "timeout": 30, **options})  # type: ignore[arg-type]  # options of httpx


def settings_of(env: dict[str, str]) -> dict[str, object]:
    """Return what portal/settings.py makes of the variables that matter to nginx."""
    is_https = env["SITE_URL"].startswith("https://")
    ports = ("NGINX_PORT", "NGINX_TLS_PORT", "NGINX_COPIES_PORT")
    texts = ("SITE_URL", "TLS_CERTIFICATE", "TLS_KEY", "OPERATOR_EMAIL", "OPERATOR_PHONE")
    lists = ("WEB_SERVERS", "OUTER_PROXIES")
    return {
        **{name: int(env[name]) for name in ports},
        **{name: env[name] for name in texts if name in env},
        **{name: env[name].split(",") for name in lists if env.get(name)},
        "IS_HTTPS": is_https,
        "SESSION_COOKIE_NAME": "__Host-sessionid" if is_https else "sessionid",
    }


def nginx_command(configuration: Path) -> list[str]:
    """Return the command that runs nginx in the foreground with a configuration."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    # Started by root, nginx gives its work to a user who may not enter the folder of a test.
    user = "user root; " if os.getuid() == 0 else ""
    return [program, "-c", str(configuration), "-g", f"{user}daemon off;"]


def keep_apart(configuration: Path, folder: Path) -> None:
    """Let an nginx of the tests listen on the loopback only, and keep its files in a folder of its own."""
    text = configuration.read_text().replace("/tmp/nginx", f"{folder}/nginx")
    configuration.write_text(re.sub(r"listen (?=\d+[ ;])", "listen 127.0.0.1:", text))


def lift_limits(configuration: Path) -> None:
    """Let one address ask as often as it likes."""
    lines = configuration.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.strip().startswith(("limit_req z", "limit_conn "))]
    configuration.write_text("".join(kept))


def make_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """Write a throw-away authority and a certificate for `localhost` by it; return authority, certificate and key."""
    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throw-away authority")])

    def builder(name: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )

    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    subject_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        builder(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(subject_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        builder(name, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_id), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    paths = folder / "authority.pem", folder / "fullchain.pem", folder / "privkey.pem"
    paths[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
