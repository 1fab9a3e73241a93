"""Model fields of the portal: encrypted text and the keyed hash to find it by."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, In
from django.db.models.sql.compiler import SQLCompiler

from portal.core.encryption.primitives import is_keyed_hash, keyed_hash, keyed_hashes, seal, unseal
from portal.core.text.normalise import tokens


class HoldsDataKey(Protocol):
    """A model with encrypted fields: its row has an id before it is saved, and a key.

    Where the database gives the id, ``sealed_row`` names the row instead.
    """

    pk: Any

    def data_key(self) -> bytes: ...


class Sealed(bytes):
    """Bytes as they stand in the database, not opened yet."""


class OpenOnRead:
    """Opens a sealed value when it is first read, so that a list of rows decrypts nothing."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.open(instance, value)
            instance.__dict__[name] = value
        if value is None and self.field.plain:
            return getattr(instance, self.field.plain)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.Field):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that is stored encrypted under the key of its case, bound to its table, column and row.

    Reading opens it, saving seals it; ``""`` is stored as empty bytes. It cannot be searched,
    ordered by or set through ``QuerySet.update()``: those raise ``FieldError``. A value that does
    not open raises ``DecryptionError``, never an empty string. The model has ``data_key()`` and a
    primary key that is known before the first save.

    ``plain`` names the column where the text of older rows still stands readable: a row whose sealed
    value is NULL is read from there until ``portal.core.encryption.sealing`` seals it. New rows never fill it.
    """

    description = "Encrypted text"

    def __init__(self, *args: Any, plain: str = "", **kwargs: Any) -> None:
        self.plain = plain
        kwargs.update(blank=True, editable=False, null=bool(plain))
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["blank"], kwargs["editable"]
        if self.plain:
            del kwargs["null"]
            kwargs["plain"] = self.plain
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, OpenOnRead(self))

    def get_default(self) -> str:
        return ""

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else Sealed(value)

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError("Encrypted text is not serialised.")

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname, "")
        if value is None or isinstance(value, Sealed):
            return value
        return self.close(model_instance, value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None and self.plain:
            return None
        # Empty bytes are empty text: a migration adds the column with them.
        if not isinstance(value, Sealed) and value != b"":
            raise FieldError(f"{self.name} is encrypted: set it on the object and save that.")
        return connection.Database.Binary(bytes(value))  # type: ignore[attr-defined]  # each backend has its driver

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":  # says nothing of the text
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched.")

    def close(self, instance: Any, value: str) -> Sealed:
        """Return ``value`` sealed for the row of ``instance``."""
        if not value:
            return Sealed(b"")
        return Sealed(seal(instance.data_key(), value.encode(), self.aad(instance)))

    def open(self, instance: Any, value: Sealed) -> str:
        """Return the text of a sealed value; raises ``DecryptionError``."""
        if not value:
            return ""
        return unseal(instance.data_key(), bytes(value), self.aad(instance)).decode()

    def aad(self, instance: HoldsDataKey) -> str:
        """Return the additional authenticated data of a value: the table, column and row that it belongs to."""
        row = getattr(instance, "sealed_row", instance.pk)
        return f"{self.model._meta.db_table}.{self.column}:{row}"


class KeyedHashField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """A keyed hash of another field of the row, for an exact search.

    ``filter(email_hash="a@b.c")`` and ``email_hash__in`` find it, also while the key is being changed. A stored hash
    finds it as well.

    ``part`` takes what is hashed out of the value: the national number out of a phone. Empty text has
    an empty hash.
    """

    length = 64
    is_indexed = True

    def __init__(self, source: str, *args: Any, part: Callable[[str], str] = str, **kwargs: Any) -> None:
        self.source = source
        self.part = part
        kwargs.update(max_length=self.length, blank=True, editable=False, db_index=self.is_indexed, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "blank", "editable", "db_index", "default"):
            kwargs.pop(key, None)
        if self.part is not str:
            kwargs["part"] = self.part
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = model_instance.__dict__.get(self.source, "")
        if not isinstance(value, Sealed):
            setattr(model_instance, self.attname, self.hash_of(value))
        return str(getattr(model_instance, self.attname))

    def hash_of(self, value: str) -> str:
        """Return the hash to store for a value of the other field."""
        part = self.part(value)
        return keyed_hash(part) if part else ""

    def is_made_of(self, stored: str, value: str) -> bool:
        """Whether a stored hash was made of a value, under a key that is known."""
        return stored in self.hashes_of(value)

    def hashes_of(self, value: str) -> list[str]:
        """Return every hash that a row is found by with a value: none without the part; empty text and a hash are their own."""
        if not value or is_keyed_hash(value):
            return [value]
        part = self.part(value)
        return keyed_hashes(part) if part else []


class KeyedWordsField(KeyedHashField):
    """Keyed hashes of the words of another field, with spaces between them, to find a row by whole words of a name.

    A word is one with and without accents, vowel marks and Arabic spelling variants. The rows are found with
    ``contains`` and a hash of ``word_hashes``; who has a copy of the database cannot try names without the key.
    """

    length = 1_000
    is_indexed = False
    most_words = 15  # of 64 digits and a space each

    def hash_of(self, value: str) -> str:
        return " ".join(keyed_hash(word) for word in _words(value)[: self.most_words])

    def hashes_of(self, value: str) -> list[str]:
        """Return a stored value as it is: whole values are only compared with one another."""
        return [value]

    def is_made_of(self, stored: str, value: str) -> bool:
        known = {hashed for hashes in word_hashes(value) for hashed in hashes}
        return known.issuperset(stored.split())


def word_hashes(text: str) -> list[list[str]]:
    """Return, for each word of a text, the hashes that it may be stored under in a ``KeyedWordsField``."""
    return [keyed_hashes(word) for word in _words(text)]


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(tokens(text)))


@KeyedHashField.register_lookup
class HashedIn(In):
    """``IN`` over the hashes of plain values."""

    def get_prep_lookup(self) -> Any:
        if self.rhs_is_direct_value():
            self.rhs = [hashed for value in self.rhs for hashed in self.lhs.output_field.hashes_of(value)]
        return super().get_prep_lookup()


@KeyedHashField.register_lookup
class HashedExact(Exact):
    """``=`` with a plain value, which has two hashes while the key is being changed."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        if self.rhs_is_direct_value():
            return HashedIn(self.lhs, [self.rhs]).as_sql(compiler, connection)
        return super().as_sql(compiler, connection)
