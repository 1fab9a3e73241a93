"""A change of anything public shows in every web process within a second, however it was made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from clinics.models import (
    Accreditation,
    Airport,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    ClinicSource,
    Doctor,
    OfferedTreatment,
    Photo,
    Publication,
    TravelFact,
)
from conditions.models import Area, Condition, Edition, EditionHtml, Price, Procedure
from conditions.services import editions
from portal.accounts.enums import Role
from portal.core.caching import content_version
from requests.models import PackageLine, RetentionRule, SupportPackage
from requests.models.packages import PackageTerm
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.services import Portal
from tests.services.process import wait_until

# Of the processes behind one port every one has answered by then.
ASKED = 6

# Of a condition itself pages read its slug alone, which stays; the HTML of an edition changes with the edition.
SHOWN_BY_OTHERS = {Condition, EditionHtml}

type Make = Callable[[str], object]


@dataclass(frozen=True)
class Change:
    """A page; what writes a mark into a row that it shows; and what is to be seen then, if not the mark."""

    page: str
    make: Make
    shows: Callable[[httpx.Response], bool] | None = None

    def is_seen_in(self, response: httpx.Response, mark: str) -> bool:
        return self.shows(response) if self.shows else mark in response.text


def written(row: Any, field: str) -> Make:
    """Return a function that adds a mark to a field and saves the row."""

    def make(mark: str) -> None:
        setattr(row, field, f"{getattr(row, field) or ''} {mark}".strip())
        row.save()

    return make


def added(model: type[Model], field: str, **fields: Any) -> Make:
    """Return a function that makes a row with a mark in a field."""
    return lambda mark: model._default_manager.create(**fields, **{field: mark})


def of_a_clinic(clinic: Clinic) -> Iterator[tuple[type[Model], Change]]:
    """Yield changes of what belongs to a clinic."""
    page, today = clinic.get_absolute_url(), timezone.now().date()
    sourced = {"clinic": clinic, "source": "Its site", "checked_on": today}
    days = {"checked_on": today, "valid_until": today + timedelta(days=9)}
    offer = OfferedTreatment.objects.filter(clinic=clinic).exclude(basis="")[0]
    variant = {"width": 640, "height": 480, "files": dict.fromkeys(("avif", "webp", "jpeg"), "0" * 32)}
    texts = {"alternative_text_ru": "Вход", "alternative_text_ar": "المدخل"}
    yield Clinic, Change(reverse("clinics:clinic_list"), written(clinic, "name_en"))
    yield ClinicFact, Change(page, added(ClinicFact, "value_en", kind="other", **sourced))
    unsourced = {"clinic": clinic, "checked_on": today}
    yield ClinicLanguage, Change(page, added(ClinicLanguage, "source", code="sw", **unsourced))
    yield ClinicService, Change(page, added(ClinicService, "source", service="interpreter", language="mi", **unsourced))
    yield ClinicResearch, Change(page, added(ClinicResearch, "text_en", **sourced))
    yield (
        ClinicSource,
        Change(page, added(ClinicSource, "against_en", finding="against", **sourced | {"source": "New"})),
    )
    yield Accreditation, Change(page, added(Accreditation, "issuer", clinic=clinic, number="7", **days))
    photo = {"clinic": clinic, "original": "0" * 32, "state": "ready", "variants": [variant], **texts}
    yield Photo, Change(page, added(Photo, "alternative_text_en", **photo))
    yield OfferedTreatment, Change(page, written(offer, "included_en"))
    yield City, Change(page, written(clinic.city, "name_en"))
    yield Airport, Change(page, added(Airport, "name_en", city=clinic.city, code="QQQ"))


def of_people() -> Iterator[tuple[type[Model], Change]]:
    """Yield changes of people of the directory."""
    sample, helper = Doctor.objects.filter(is_published=True)[0], CareAssistant.objects.filter(is_published=True)[0]
    source = {"is_published": True, "source": "Its site", "checked_on": timezone.now().date()}
    real = Doctor.objects.create(slug="real", name_en="Real Doctor", **source)
    yield Doctor, Change(sample.get_absolute_url(), written(sample, "name_en"))
    yield CareAssistant, Change(helper.get_absolute_url(), written(helper, "name_en"))
    yield Publication, Change(real.get_absolute_url(), added(Publication, "title", doctor=real, journal="J", year=2020))


def of_conditions() -> Iterator[tuple[type[Model], Change]]:
    """Yield changes of conditions and what stands on their pages."""
    condition = Condition.objects.get(slug="liver-metastases")
    page = reverse("front:condition", args=[condition.slug])
    price = Price.objects.filter(condition=condition)[0]
    edition = Edition.objects.current().get(condition__slug="cataract", language="en")
    yield Area, Change(condition.area.get_absolute_url(), written(condition.area, "name_en"))
    yield Procedure, Change(page, written(price.procedure, "name_en"))
    yield Price, Change(page, written(price, "excluded_en"))
    yield TravelFact, Change(page, written(TravelFact.objects.all()[0], "topic_en"))
    yield (
        Edition,
        Change(
            reverse("front:condition_changes", args=["cataract"]),
            lambda _mark: editions.restore(edition=edition, by=make_staff(Role.EDITOR), public=edition.pk),
            lambda response: f"Edition {edition.number} again" in response.text,
        ),
    )


def of_packages() -> Iterator[tuple[type[Model], Change]]:
    """Yield changes of packages; that of a line goes through the admin, as an editor does it."""
    page = reverse("requests:package_list")
    term = PackageTerm.objects.filter(package__is_published=True).exclude(value="not_offered")[0]

    def in_the_admin(mark: str) -> None:
        browser = staff_client(make_staff(Role.EDITOR))
        address = reverse("admin:requests_packageline_change", args=[term.line.pk])
        form = browser.get(address).context["adminform"].form
        values = {form.add_prefix(name): form[name].value() for name in form.fields}
        typed = {name: "" if value is None else value for name, value in values.items()}
        assert browser.post(address, typed | {"name_en": mark}).status_code == 302

    yield SupportPackage, Change(page, written(term.package, "name_en"))
    yield PackageTerm, Change(page, written(term, "detail_en"))
    yield PackageLine, Change(page, in_the_admin)


def of_retention() -> Iterator[tuple[type[Model], Change]]:
    """Yield a change of a rule that the privacy page tells."""
    rule = RetentionRule.objects.filter(is_on=True)[0]

    def longer(_mark: str) -> None:
        rule.days = 777
        rule.save()

    yield RetentionRule, Change("/en/privacy/", longer, lambda response: "777 days" in response.text)


@pytest.mark.faults
def test_every_change_shows_in_every_process(portal: Portal) -> None:
    portal.start("web", "web-2")
    clinic = Clinic.objects.filter(is_published=True, offered_treatments__basis__gt="").earliest("slug")
    changed, stale = set[type[Model]](), []

    def answers(path: str) -> list[httpx.Response]:
        ports = (portal.port, portal.second_port)
        return [httpx.get(f"http://127.0.0.1:{port}{path}") for port in ports for _ in range(ASKED)]

    with override("en"):
        for model, change in (*of_conditions(), *of_a_clinic(clinic), *of_people(), *of_packages(), *of_retention()):
            mark = f"Quibble{model.__name__}"
            changed.add(model)
            before = answers(change.page)
            assert {response.status_code for response in before} == {200}, mark
            assert not any(change.is_seen_in(response, mark) for response in before), mark
            change.make(mark)
            seen = partial(_seen, change, mark, answers)
            try:
                wait_until(seen, seconds=20, what=mark)
            except TimeoutError:
                stale.append(mark)
    assert stale == []
    followed = {model for model in content_version._public.values() if not model._meta.auto_created}
    assert changed == followed - SHOWN_BY_OTHERS


def _seen(change: Change, mark: str, answers: Callable[[str], list[httpx.Response]]) -> bool:
    return all(change.is_seen_in(response, mark) for response in answers(change.page))


@pytest.mark.faults
def test_the_real_server_answers_from_memory(portal: Portal) -> None:
    portal.start("web")
    with httpx.Client(base_url=portal.url, headers={"Accept-Encoding": "gzip"}) as client:
        whole = client.get("/en/")
        for _ in range(ASKED):
            head = client.head("/en/")
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["Content-Length"] == whole.headers["Content-Length"]
            unchanged = client.get("/en/", headers={"If-None-Match": whole.headers["ETag"]})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            plain = client.get("/en/", headers={"Accept-Encoding": "identity"})
            assert "Content-Encoding" not in plain.headers
            assert plain.text == whole.text
            assert whole.headers["ETag"] == plain.headers["ETag"]
