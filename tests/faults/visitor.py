"""A browser without script that talks to the portal's web process over HTTP."""

import html
import re
from typing import Any, Self

import httpx

FORM = "/en/requests/new/"
HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)"(?: value="([^"]*)")?')
REFERENCE = re.compile(r"MR-[2-9A-Z]{4}-[2-9A-Z]{4}")


class Visitor:
    """One browser with its cookies."""

    def __init__(self, url: str, *, timeout: float = 30, client: httpx.Client | None = None) -> None:
        self.client = client or httpx.Client(base_url=url, timeout=timeout)
        self.origin = str(self.client.base_url).rstrip("/")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()

    def open(self, address: str) -> str:
        """Open an address (whole or on this site), follow redirects and return the page."""
        response = self.client.get(address, follow_redirects=True)
        assert response.status_code == 200, f"{response.status_code} at {address}\n{response.text[:2000]}"
        return response.text

    def post(self, address: str, page: str, fields: dict[str, Any]) -> httpx.Response:
        """Post a form of ``page``: its hidden fields and what somebody typed."""
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
        # A browser says where it comes from, and over TLS the portal demands it.
        return self.client.post(address, data={**hidden, **fields}, headers={"Origin": self.origin})

    def send(self, address: str = FORM, **fields: Any) -> str:
        """Fill in the form of the first request, send it and return the reference that is shown."""
        response = self.post(address, self.open(address), self.answers(**fields))
        assert response.status_code == 302, f"{response.status_code}\n{response.text[:3000]}"
        found = REFERENCE.search(self.open(response.headers["Location"]))
        assert found, "the page after sending shows no reference"
        return found[0]

    @staticmethod
    def answers(**fields: Any) -> dict[str, Any]:
        """Return what somebody types into the form of the first request."""
        return {
            "for_whom": "me",
            "country": "AE",
            "speak": "en",
            "name": "Test Patient",
            "email": "patient@example.org",
            "channel": "email",
            "message": "Please advise.",
            "consent_processing": "on",
            "consent_health": "on",
            **fields,
        }

    def write(self, reference: str, body: str) -> None:
        """Write a message in a case that this browser has opened."""
        address = f"/en/case/{reference}/messages/"
        response = self.post(address, self.open(address), {"body": body})
        assert response.status_code == 302, f"{response.status_code}\n{response.text[:2000]}"
