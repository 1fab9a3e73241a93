"""A mail is one template, called as its kind, and one registration: subject, text and HTML come from both."""

import uuid
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail as sent
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem
from tests.core.test_outbox import KIND

NO_MAIL = {"case.pdf", "document.check", "document.scan", "erasure.files", "estimate.pdf", "photo.variants"}
TEMPLATE = """{% extends "emails/layouts/base."|add:form %}
{% block subject %}News of {% isolate name %}{% endblock %}
{% block heading %}{{ name }} writes{% endblock %}
{% block lead %}First {{ name }}.
{% if form %}Then {{ day|strong:form }}.{% endif %}{% endblock %}
{% block button %}Open{% endblock %}
"""


def test_each_mail_is_one_template_called_as_its_kind() -> None:
    folder = Path(django_settings.BASE_DIR) / "templates" / "emails"
    names = {f"{kind}.html" for kind in outbox._handlers.keys() - NO_MAIL}
    assert {path.name for path in folder.iterdir()} == {"layouts"} | names


@pytest.fixture
def item(db: None, settings: Settings, tmp_path: Path) -> Iterator[OutboxItem]:
    """A row whose kind has a registration and a template, and nothing else."""
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / f"{KIND}.html").write_text(TEMPLATE)
    settings.TEMPLATES = deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"] = [*settings.TEMPLATES[0]["DIRS"], tmp_path]
    context: dict[str, Any] = {"name": "Ear & <nose>", "day": "<Monday>", "url": "http://localhost:8000/x/"}
    outbox.handles(KIND, label="News")(lambda item: mail.send(item, to="a@example.org", language="en", **context))
    yield OutboxItem.objects.create(kind=KIND, object_id=uuid.uuid4(), dedupe_key="news")
    del outbox._handlers[KIND]


def test_a_registration_and_a_template_make_a_mail(item: OutboxItem) -> None:
    assert outbox.deliver(item.pk)
    [message] = sent.outbox
    assert isinstance(message, EmailMultiAlternatives)
    assert (message.subject, message.to) == ("News of \u2068Ear & <nose>\u2069", ["a@example.org"])
    assert str(message.body).split("\n") == [
        *("Ear & <nose> writes", "", "First Ear & <nose>.", "Then <Monday>.", ""),
        *("Open:", "http://localhost:8000/x/", "", ""),
    ]
    html = str(message.alternatives[0].content)
    for part in (
        '<p style="margin:0 0 12px">First Ear &amp; &lt;nose&gt;.</p>',
        '<p style="margin:0 0 12px">Then <strong>&lt;Monday&gt;</strong>.</p>',
        ">Ear &amp; &lt;nose&gt; writes</h1>",
        'href="http://localhost:8000/x/"',
    ):
        assert part in html
    assert "News of" not in html
