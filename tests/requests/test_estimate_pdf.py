"""An estimate has one PDF, however often it is printed."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from portal.core.models import OutboxItem
from requests.enums import EventKind
from requests.models import Event
from requests.services import effects
from requests.services.estimates import read_pdf, record_pdf
from tests.factories import make_condition, make_price, submit

pytestmark = pytest.mark.django_db


def test_recorded_twice_the_first_pdf_stays_and_is_told_once(settings: LazySettings, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    estimate = submit(condition=condition).estimates.get()
    for pdf in (b"%PDF-first", b"%PDF-second"):
        record_pdf(estimate=estimate, pdf=pdf)
    estimate.refresh_from_db()
    assert read_pdf(estimate) == b"%PDF-first"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [estimate.pdf_name]
    assert Event.objects.filter(kind=EventKind.PDF_READY).count() == 1
    assert OutboxItem.objects.filter(kind=effects.ESTIMATE_MAIL).count() == 1
