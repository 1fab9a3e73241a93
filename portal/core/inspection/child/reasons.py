"""Why a file is refused, as the child says it to its parent."""

from typing import Final

EMPTY: Final = "empty"
TOO_LARGE: Final = "too_large"
CUT_OFF: Final = "cut_off"
TOO_MANY_PIXELS: Final = "too_many_pixels"
TOO_MANY_PAGES: Final = "too_many_pages"
TOO_MANY_MEMBERS: Final = "too_many_members"
UNPACKS_TOO_LARGE: Final = "unpacks_too_large"
LOCKED: Final = "locked"
PROGRAM: Final = "program"
UNKNOWN: Final = "unknown"
TWO_IN_ONE: Final = "two_in_one"
OLD_OFFICE: Final = "old_office"
WEB_PAGE: Final = "web_page"
ACTIVE: Final = "active"
ARCHIVE: Final = "archive"
DISC_CONTENTS: Final = "disc_contents"
BROKEN: Final = "broken"
TOOK_TOO_LONG: Final = "took_too_long"


class Refusal(Exception):
    """The file is refused; ``reason`` is one of this module's."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
