"""The portal with servers of its own on a database of its own, for as long as a fixture wants it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from tests import environment
from tests.filling import TEMPLATE_DATABASE
from tests.services import MailServer, Portal, Postgres, RedisServer, free_port

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@dataclass(frozen=True)
class Stack:
    """A portal and the servers that it talks to."""

    portal: Portal
    redis: RedisServer
    mail: MailServer


@contextmanager
def own_portal(
    folder: Path,
    static_root: Path,
    postgres: Postgres,
    redis: RedisServer,
    mail: MailServer,
    blocker: "DjangoDbBlocker",
) -> Iterator[Portal]:
    """Yield a portal, not started yet; until the end the models of this process read and write its database."""
    name = f"portal_{free_port()}"
    variables = environment.variables(postgres.create_database(name, template=TEMPLATE_DATABASE), redis.url, mail.url)
    folder.mkdir()
    (folder / "static").symlink_to(static_root)
    portal = Portal(folder, {**os.environ, **variables})
    test_name = connection.settings_dict["NAME"]
    with blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        yield portal
        portal.kill()  # to end gently takes seconds, and what they would still write is deleted next
        connection.close()
        connection.settings_dict["NAME"] = test_name
    postgres.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def own_stack(folder: Path, static_root: Path, postgres: Postgres, blocker: "DjangoDbBlocker") -> Iterator[Stack]:
    """Yield a portal, not started yet, with a Redis and a mail server that run."""
    redis, mail = RedisServer(), MailServer()
    try:
        redis.start()
        mail.start()
        with own_portal(folder, static_root, postgres, redis, mail, blocker) as portal:
            yield Stack(portal, redis, mail)
    finally:
        mail.remove()
        redis.remove()
