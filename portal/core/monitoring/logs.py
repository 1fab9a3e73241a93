"""Log formatter that leaves out the tokens of links."""

import logging
import re

# A signed id, as it stands in the address of a mailed link; a dot may come percent-encoded.
TOKEN = re.compile(r"[0-9a-f]{32}(?:\.|%2[Ee])[0-9A-Za-z_%-]+")


class TokenFreeFormatter(logging.Formatter):
    """Takes the tokens of links out of messages and tracebacks: Django writes the path of what it refuses."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("[token]", super().format(record))
