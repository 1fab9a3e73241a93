"""The version of the public content: renewed by every change of a public row, in its transaction, and read cheaply."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.db.models.signals import post_delete
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.translation import override

from clinics.models import (
    Accreditation,
    Clinic,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    Doctor,
    Publication,
)
from conditions.models import Area, LoadedContent
from conditions.services import loading
from portal.core.caching import content_version
from portal.core.models import ContentVersion, SearchDocument
from portal.front.search.results import find
from requests.models import PackageLine, SupportPackage
from tests.factories import make_photo
from tests.site.crawl import named_by_sitemaps

# Tables that public pages read and that hold no content: the versions themselves.
NO_CONTENT = {"core_contentversion", "clinics_directoryversion"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """A function that moves the monotonic clock on; nothing is known at its start."""
    now = [1000.0]
    monkeypatch.setattr(content_version.time, "monotonic", lambda: now[0])
    content_version._forget()
    yield lambda seconds: now.__setitem__(0, now[0] + seconds)
    content_version._forget()


def read() -> str:
    return content_version._read()


def public_views() -> dict[str, Any]:
    """Return the views that ``public_page`` marks, by the name of their address."""
    found: dict[str, Any] = {}

    def look(patterns: list[URLPattern | URLResolver], namespace: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                look(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
            elif hasattr(pattern.callback, "publicity"):
                found[f"{namespace}{pattern.name}"] = pattern.callback

    look(get_resolver().url_patterns, "")
    return found


# ── Nothing public is forgotten ──────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_every_table_that_a_public_page_reads_is_followed() -> None:
    """Asks for every public page in English and looks what tables it read."""
    clinic = Clinic.objects.filter(is_published=True, offered_treatments__isnull=False).first()
    doctor = Doctor.objects.filter(is_published=True).first()
    assert clinic is not None
    assert doctor is not None
    make_photo(clinic=clinic)
    doctor.clinics.add(clinic)
    visitor, names, read_tables = Client(headers={"Host": "localhost"}), set[str](), set[str]()
    paths = [path for path in named_by_sitemaps(visitor) if path.startswith("/en/")]
    with override("en"):
        paths += [
            *("/sitemap.xml", "/sitemap-en.xml", "/robots.txt", f"{reverse('clinics:clinic_list')}?area=oncology"),
            *(person.get_absolute_url() for person in doctor_and_assistant()),
            *(
                reverse(f"front:condition_{name}", args=["liver-metastases"])
                for name in ("questions", "documents", "sources")
            ),
            reverse("front:condition_changes", args=["liver-metastases"]),
        ]
    for path in paths:
        with CaptureQueriesContext(connection) as found:
            response = visitor.get(path)
        assert response.status_code == 200, path
        names.add(response.resolver_match.view_name)
        read_tables |= {table for query in found for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert sorted(public_views().keys() - names) == [], "this test asks for no page of these views"
    assert sorted(read_tables - content_version.tables() - NO_CONTENT) == [], "nobody follows what these tables say"


def doctor_and_assistant() -> Iterator[Any]:
    for name in ("Doctor", "CareAssistant"):
        yield apps.get_model("clinics", name)._default_manager.filter(is_published=True).first()


@pytest.mark.django_db
def test_each_change_of_a_followed_row_makes_another_version() -> None:
    _fill()
    unchanged = []
    for table, model in sorted(content_version._public.items()):
        row = model._default_manager.first()
        assert row is not None, f"{table} is empty"
        versions = [read()]
        if model._meta.auto_created:
            _unlink(row)
        else:
            row.save()
            versions.append(read())
            # Its children may protect the row itself.
            post_delete.send(model, instance=row, using="default", origin=row)
        versions.append(read())
        if len(set(versions)) != len(versions):
            unchanged.append(table)
    assert unchanged == []


def _fill() -> None:
    """Give each followed table a row."""
    clinic = Clinic.objects.filter(is_published=True)[0]
    today = timezone.now().date()
    sourced = {"clinic": clinic, "source": "Its site", "checked_on": today}
    Accreditation.objects.create(clinic=clinic, issuer="Board", number="1", valid_until=today, checked_on=today)
    ClinicLanguage.objects.create(code="sw", **sourced)
    ClinicService.objects.create(service="invitation", **sourced)
    ClinicResearch.objects.create(text_en="Livers", **sourced)
    doctor = Doctor.objects.create(slug="real", name_en="Real")
    Publication.objects.create(doctor=doctor, title="On livers", journal="Liver", year=2020)
    make_photo(clinic=clinic)
    for model in content_version._public.values():
        for field in model._meta.local_many_to_many:
            row, other = model._default_manager.all()[0], field.related_model._default_manager.all()[1]
            getattr(row, field.name).add(other)


def _unlink(row: Model) -> None:
    """Take a link between two rows away as an editor does."""
    owner, other = [getattr(row, field.name) for field in row._meta.fields if field.is_relation]
    [field] = [one for one in owner._meta.many_to_many if one.remote_field.through is type(row)]
    getattr(owner, field.name).remove(other)


@pytest.mark.django_db
def test_what_an_editor_drafts_and_what_a_patient_sends_changes_nothing() -> None:
    before = read()
    section = apps.get_model("conditions", "Section")._default_manager.first()
    assert section is not None
    section.save()
    assert read() == before


# ── Transactions ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_the_version() -> None:
    before = read()
    with transaction.atomic():
        PackageLine.objects.create(code="new", name_en="New")
        assert read() != before
        transaction.set_rollback(True)
    assert read() == before


@pytest.mark.django_db(transaction=True)
def test_whoever_commits_later_makes_another_version() -> None:
    """The first transaction begins before the second one and commits after it, and neither waits for the other."""
    versions = [read()]
    has_changed, may_commit = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                Area.objects.get(slug="oncology").save()
                has_changed.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert has_changed.wait(20)
    versions.append(read())
    SupportPackage.objects.all()[0].save()
    versions.append(read())
    may_commit.set()
    thread.join()
    versions.append(read())
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3


@pytest.mark.django_db(transaction=True)
def test_this_process_knows_its_own_change_at_once_and_others_after_a_second(clock: Callable[[float], None]) -> None:
    before = content_version.current()
    PackageLine.objects.all()[0].save()
    after = content_version.current()
    assert after == read() != before
    # As another process does: nobody tells this one.
    ContentVersion.objects.create()
    with CaptureQueriesContext(connection) as queries:
        assert [content_version.current() for _ in range(100)] == [after] * 100
    assert len(queries) == 0
    clock(content_version.READ_EVERY_SECONDS)
    assert content_version.READ_EVERY_SECONDS == 1
    with CaptureQueriesContext(connection) as queries:
        assert {content_version.current() for _ in range(100)} == {read()}
    assert len(queries) == 2  # one of them is that of this test


@pytest.mark.django_db
def test_old_rows_go_and_no_version_comes_back() -> None:
    versions = [read()]
    for _ in range(3):
        content_version.renew()
        versions.append(read())
    ContentVersion.objects.update(changed_at=timezone.now() - content_version.KEEP - timedelta(seconds=1))
    assert content_version.prune(timezone.now()) >= 2
    assert ContentVersion.objects.count() == 1
    versions.append(read())
    content_version.renew()
    versions.append(read())
    content_version.prune(timezone.now())
    assert ContentVersion.objects.count() == 1
    versions.append(read())
    assert len(set(versions)) == len(versions)


# ── A load that stops half way ───────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_load_that_stops_half_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clinics are loaded, the packages are not any more: pages, lists and search say what is in the database."""
    visitor = Client(headers={"Host": "localhost"})
    clinic = Clinic.objects.filter(is_published=True).earliest("slug")
    assert clinic.name in visitor.get("/en/clinics/").content.decode()
    # Forced, these are written again, and nothing else is.
    LoadedContent.objects.filter(key=f"clinics.clinic {clinic.slug}").delete()
    LoadedContent.objects.filter(key__startswith="requests.supportpackage ").delete()
    before = read()
    name = f"{clinic.name} (new wing)"
    original = loading.fill

    def fill(row: Model, **values: object) -> None:
        if isinstance(row, SupportPackage):
            raise KeyboardInterrupt
        original(row, **values)
        if isinstance(row, Clinic) and row.slug == clinic.slug and "name_en" in values:
            row.name_en = name

    monkeypatch.setattr("clinics.services.loading.fill", fill)
    monkeypatch.setattr("requests.services.packages.fill", fill)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_content", force=True, verbosity=0, stdout=StringIO())
    clinic.refresh_from_db()
    assert clinic.name_en == name
    assert read() != before
    assert "(new wing)" in visitor.get("/en/clinics/").content.decode()
    with override("en"):
        assert name in [hit.name for hit in find("new wing", "en").hits]


@pytest.mark.django_db
def test_content_that_was_never_in_search_comes_in_with_the_next_load() -> None:
    SearchDocument.objects.all().delete()
    call_command("load_content", stdout=StringIO())
    assert SearchDocument.objects.exists()
