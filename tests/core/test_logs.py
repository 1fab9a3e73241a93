"""A line of the log holds no token of a link, wherever in it one stands."""

import logging
import logging.config
import sys
from typing import Any

import pytest
from django.conf import settings

TOKEN = f"{'0af1' * 8}.{'aB-_' * 10}xyz"


def line(message: str, *arguments: object, error: Exception | None = None) -> str:
    """Return what the portal's own formatter makes of a record."""
    formatters: Any = settings.LOGGING["formatters"]
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter({**formatters["line"]})
    information = None
    if error is not None:
        try:
            raise error
        except type(error):
            information = sys.exc_info()
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, message, arguments, information)
    return str(formatter.format(record))


@pytest.mark.parametrize("token", [TOKEN, TOKEN.replace(".", "%2E"), TOKEN.replace(".", "%2e")])
def test_a_token_is_left_out(token: str) -> None:
    written = line("Not Found: %s", f"/en/case/{token}/")
    assert written.endswith("ERROR django.request Not Found: /en/case/[token]/")


def test_a_traceback_is_written_without_it() -> None:
    written = line("Internal Server Error: %s", f"/en/case/{TOKEN}/", error=ValueError(f"https://x/case/{TOKEN}/?a=1"))
    assert "Traceback" in written
    assert "ValueError: https://x/case/[token]/?a=1" in written
    assert TOKEN[:32] not in written


def test_what_is_no_token_stays() -> None:
    for words in ("/en/case/MR-7K3Q-9F2D/", f"Upload {'0' * 32} could not be prepared", "a.b"):
        assert line(words).endswith(words)
