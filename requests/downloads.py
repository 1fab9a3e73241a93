"""Responses that give a paper to whoever may have it."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from requests.models import Document
from requests.services import documents


def as_file(document: Document) -> StreamingHttpResponse:
    """Return a paper to be saved, never to be shown by a browser."""
    headers = {
        "Content-Disposition": content_disposition_header(True, document.name or str(document.pk)),
        "Content-Length": str(document.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingHttpResponse(documents.chunks(document), content_type="application/octet-stream", headers=headers)
