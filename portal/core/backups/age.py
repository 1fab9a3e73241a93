"""Streams through age (https://age-encryption.org): written for public keys, read with a private one.

pyrage pulls from one file object and pushes into another, so a pipe and a thread stand in between; no
more than a few kilobytes are in memory. age authenticates each block of 64 KiB and the end.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage
from django.conf import settings
from pyrage.x25519 import Identity, Recipient

from portal.core.encryption.keyfile import read_or_create

# pyrage reports a wrong key by its own exceptions, and a damaged file by those of files.
PROBLEMS = (pyrage.DecryptError, pyrage.EncryptError, OSError)


class KeyProblem(Exception):
    """A key for backups is missing or is none."""


class Damaged(Exception):
    """A copy is not whole, was changed, or is for another key."""


def recipients(texts: Sequence[str] = ()) -> list[Recipient]:
    """Return the public keys to encrypt for: those given or set, or the embedded default's own; raises ``KeyProblem``."""
    wanted = list(texts) or settings.BACKUP_RECIPIENT
    if not wanted and settings.EMBEDDED:
        return [identity(embedded_key()).to_public()]
    if not wanted:
        raise KeyProblem("Set BACKUP_RECIPIENT to a public key; manage.py backup_key makes a pair.")
    try:
        return [Recipient.from_str(text) for text in wanted]
    except pyrage.RecipientError as error:
        raise KeyProblem(f"BACKUP_RECIPIENT holds what is no public key of age: {error}.") from error


def embedded_key() -> Path:
    """Return the file with the private key of the embedded default, made on first use."""
    path = Path(settings.VAR_DIR) / "keys" / "backup_key"
    read_or_create(path, lambda: str(Identity.generate()))
    return path


def identity(path: Path) -> Identity:
    """Return the private key in a file as ``backup_key`` or age-keygen writes it; raises ``KeyProblem``."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise KeyProblem(f"The file with the private key cannot be read: {error.strerror}.") from error
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            try:
                return Identity.from_str(line.strip())
            except pyrage.IdentityError as error:
                raise KeyProblem(f"{path} holds a broken private key: {error}.") from error
    raise KeyProblem(f"{path} holds no private key of age.")


@contextmanager
def writing(target: BinaryIO, keys: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """Give a file object that encrypts what is written into it for the keys; raises ``OSError``."""
    source, sink = os.pipe()

    def encrypt() -> None:
        with os.fdopen(source, "rb") as plain:
            pyrage.encrypt_io(plain, target, keys)

    with _beside(encrypt) as problems:
        try:
            with os.fdopen(sink, "wb") as plain:
                yield plain
        except BrokenPipeError:
            pass  # the other side ended: it knows why
    if problems:
        raise OSError(f"The copy cannot be written: {problems[0]}")


@contextmanager
def reading(path: Path, key: Identity) -> Iterator[BinaryIO]:
    """Give a file object with what a copy holds; raises ``Damaged``, at the latest at the end."""
    source, sink = os.pipe()

    def decrypt() -> None:
        with os.fdopen(sink, "wb") as plain, path.open("rb") as sealed:
            pyrage.decrypt_io(sealed, plain, [key])

    damage = None
    with _beside(decrypt) as problems, os.fdopen(source, "rb") as plain:
        try:
            yield plain
        except Damaged as error:
            damage = error
        while plain.read(1 << 16):  # the last block says whether the end is the end
            pass
    # What the reader stumbled over follows from what age knows.
    if problems:
        raise Damaged(f"The copy does not open: {problems[0]}.")
    if damage:
        raise damage


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[list[BaseException]]:
    """Run ``work`` in a thread beside the block; its problem is in the list afterwards."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except PROBLEMS as problem:
            problems.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield problems
    finally:
        thread.join()
