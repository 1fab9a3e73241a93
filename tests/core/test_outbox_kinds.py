"""Each kind of effect says everything about itself where it is registered, and the desk reads its label."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.core.checks import run_checks

from portal.accounts.enums import Role
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from tests.accounts.cast import staff_client
from tests.factories import make_staff


@pytest.fixture
def kind() -> Iterator[outbox.Kind]:
    """A kind that is named, and registered by whoever asks for it."""
    kind = outbox.kind("test.checked")
    yield kind
    outbox._kinds[:] = [name for name in outbox._kinds if name != kind]
    outbox._handlers.pop(kind, None)


def register(kind: outbox.Kind, label: str = "Test") -> None:
    outbox.handles(kind, label=label)(lambda item: None)


def found() -> list[str]:
    return [error.msg for error in run_checks() if error.id == "portal.E006"]


def test_every_kind_is_registered_once_and_has_a_label() -> None:
    assert len(outbox._kinds) >= 16
    assert {kind for kind in outbox._kinds if not outbox.label(kind)} == set()
    assert found() == []


def test_a_kind_that_is_used_and_not_registered_is_refused(kind: outbox.Kind) -> None:
    assert found() == [
        "The kind of effect “test.checked” is registered by nobody: it has no label, and nothing delivers it."
    ]
    register(kind)
    assert found() == []


def test_a_kind_without_a_label_is_refused(kind: outbox.Kind) -> None:
    register(kind, label="")
    assert found() == ["The kind of effect “test.checked” has no label."]


def test_a_kind_that_is_registered_or_named_twice_is_refused(kind: outbox.Kind) -> None:
    register(kind)
    outbox.kind("test.checked")
    assert found() == ["The kind of effect “test.checked” is named or registered twice."]
    outbox._kinds.remove("test.checked")
    register(kind)
    assert found() == ["The kind of effect “test.checked” is named or registered twice."]


@pytest.mark.django_db
def test_the_list_of_deliveries_shows_labels_only() -> None:
    kinds = {*outbox._handlers, "kind.of_another_release"}
    for number, kind in enumerate(sorted(kinds)):
        OutboxItem.objects.create(kind=kind, object_id=uuid.uuid4(), dedupe_key=str(number), reference="MR-AAAA-BBBB")
    lead = staff_client(make_staff(Role.LEAD))
    # More than one page of the list has room for.
    text = "".join(lead.get(f"/admin/core/outboxitem/?p={page}").content.decode() for page in (1, 2))
    assert {kind for kind in kinds if kind in text} == set()
    labels = [outbox.label(kind) for kind in kinds]
    assert {label for label in labels if label not in text} == set()
    assert {"Photograph prepared for visitors", "Feedback announced to an editor", "Effect of another release"} < set(
        labels
    )
    of_cases = {
        kind
        for kind in kinds
        if kind.partition(".")[0]
        in {"request", "estimate", "message", "case", "desk", "document", "referral", "erasure"}
    }
    links = re.findall(r'href="/admin/requests/case/\?q=MR-AAAA-BBBB"', text)
    assert len(links) == len(of_cases) == 48
