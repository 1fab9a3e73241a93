"""Sources, corrections and links to hand over come onto a database of the release before."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from requests.models import Case, CaseLink, Consent, Event
from tests.factories import submit
from tests.requests.test_waiting_since_migration import newest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_filled_database_goes_back_and_forth() -> None:
    case = submit()
    CaseLink.objects.create(case=case, sent_with=uuid4())
    before = [Case, CaseLink, Consent, Event]
    numbers = [model.objects.count() for model in before]
    MigrationExecutor(connection).migrate([("requests", "0006_workflow")])
    MigrationExecutor(connection).migrate(newest())
    assert [model.objects.count() for model in before] == numbers
    assert Case.objects.get().source == "web"
    assert Consent.objects.filter(heard_by=None).count() == 2
    assert set(Event.objects.values_list("fact", flat=True)) == {""}
    assert CaseLink.objects.get().is_live
