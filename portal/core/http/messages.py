"""Storage of Django's messages in the session."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage import session


class SessionStorage(session.SessionStorage):
    """Messages in the session. A visitor without a session has none, so that a page may ask and still be the same for everybody."""

    def _get(self, *args: Any, **kwargs: Any) -> Any:
        if settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return [], True
        return super()._get(*args, **kwargs)  # type: ignore[misc]  # the stubs leave it out
