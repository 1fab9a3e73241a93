"""What sources say against a clinic: without it no clinic is published, by no way in."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from clinics.models import Accreditation, Clinic, ClinicFact, ClinicLanguage, ClinicSource, OfferedTreatment
from clinics.selectors.upkeep import stale
from clinics.services import loading, publishing
from clinics.services.publishing import NoSource
from conditions.models import LoadedContent
from portal.core.content.content_files import ContentError, read_yaml
from portal.core.content.loader import digest, state
from tests.clinics.spreadsheets import CLINICS, OFFERS, bring, clinic_row, csv_of, offer_row, problems
from tests.factories import make_clinic, make_procedure, make_source

pytestmark = pytest.mark.django_db

SOURCES = "/admin/clinics/clinicsource/"
ADDRESS = "https://news.example/1"
TODAY = timezone.now().date()
SAID = "Nobody noted what this source says against the clinic: The news. Add it under Sources."


def cite(clinic: Clinic, source: str = "The news", url: str = ADDRESS) -> ClinicFact:
    return ClinicFact.objects.create(
        clinic=clinic, kind="beds", value_en="40", source=source, source_url=url, checked_on=TODAY
    )


@pytest.fixture
def clinic() -> Clinic:
    """A clinic at the desk that cites a source without words."""
    clinic = make_clinic(is_published=False)
    cite(clinic)
    return clinic


def is_public(clinic: Clinic) -> bool:
    clinic.refresh_from_db()
    return clinic.is_published


def page_of(clinic: Clinic) -> str:
    return f"/admin/clinics/clinic/{clinic.pk}/change/"


def posted(clinic: Clinic, **more: Any) -> dict[str, Any]:
    """Return what a browser posts of the page of a clinic with its one fact and no row of a source yet."""
    fact = clinic.facts.get()
    data: dict[str, Any] = {"slug": clinic.slug, "name_en": clinic.name_en, "city": clinic.city_id}
    for prefix in ("spoken", "services", "offered_treatments", "research", "accreditations", "photos", "contacts"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    known = clinic.sources.get()
    data |= {"facts-TOTAL_FORMS": 1, "facts-INITIAL_FORMS": 1, "facts-0-id": fact.pk, "facts-0-clinic": clinic.pk}
    data |= {"facts-0-kind": "beds", "facts-0-value_en": "40", "facts-0-order": 0, "facts-0-source": fact.source}
    data |= {"facts-0-source_url": fact.source_url, "facts-0-checked_on": TODAY.isoformat()}
    data |= {"sources-TOTAL_FORMS": 1, "sources-INITIAL_FORMS": 1, "sources-0-id": known.pk}
    data |= {"sources-0-clinic": clinic.pk, "sources-0-source": known.source, "sources-0-finding": "nothing"}
    return data | {"sources-0-checked_on": TODAY.isoformat(), **more}


def row(number: int, **fields: str) -> dict[str, str]:
    words = {"source": "The news", "source_url": ADDRESS, "checked_on": TODAY.isoformat(), **fields}
    return {f"sources-{number}-{name}": value for name, value in words.items()}


# ── The words ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("finding", "against"), [("nothing", "Words"), ("against", ""), ("licence", "")])
def test_a_source_has_words_or_says_nothing(clinic: Clinic, finding: str, against: str) -> None:
    source = ClinicSource(clinic=clinic, source="x", checked_on=TODAY, finding=finding, against_en=against)
    with pytest.raises(ValidationError, match="Write what it says against the clinic"):
        source.validate_constraints()


def test_every_kind_of_row_cites_a_source(clinic: Clinic) -> None:
    ClinicFact.objects.all().delete()
    read = {"clinic": clinic, "checked_on": TODAY}
    ClinicLanguage.objects.create(code="ru", source="Language page", **read)
    clinic.services.create(service="cash", source="Service page", checked_on=TODAY)
    clinic.research.create(text_en="A study", source="Journal", checked_on=TODAY)
    OfferedTreatment.objects.create(procedure=make_procedure(), source="Offer page", basis="own-page", **read)
    Accreditation.objects.create(issuer="Board", number="1", valid_until=TODAY, url="https://board.example/", **read)
    titles = ["Language page", "Service page", "Journal", "Offer page", "Board"]
    assert publishing.clinic_faults(clinic) == [publishing.without_words(title) for title in titles]


def test_an_address_is_one_source_whatever_its_title(clinic: Clinic) -> None:
    cite(clinic, "Another title")
    make_source(clinic, "A third title", source_url=ADDRESS)
    assert publishing.clinic_faults(clinic) == []
    cite(clinic, "Without address", "")
    assert publishing.clinic_faults(clinic) == [publishing.without_words("Without address")]


# ── Every way in ─────────────────────────────────────────────────────────────────────────────


def test_the_list_publishes_nobody_whose_source_lacks_words(editor: Client, clinic: Clinic) -> None:
    ready = make_clinic("ready", is_published=False)
    data = {"action": "publish", "_selected_action": [clinic.pk, ready.pk]}
    page = editor.post(CLINICS, data, follow=True)
    assert [str(one) for one in page.context["messages"]] == [f"No clinic was published. Test Clinic: {SAID}"]
    assert (is_public(clinic), is_public(ready)) == (False, False)
    make_source(clinic, "The news", source_url=ADDRESS)
    page = editor.post(CLINICS, data, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["2 published, 0 were so already."]
    assert (is_public(clinic), is_public(ready)) == (True, True)
    editor.post(CLINICS, {**data, "action": "unpublish"})
    assert (is_public(clinic), is_public(ready)) == (False, False)


def test_the_page_of_a_clinic_refuses_and_keeps_what_was_typed(editor: Client, clinic: Clinic) -> None:
    page = editor.post(page_of(clinic), posted(clinic, is_published="on", name_en="Typed name"))
    assert (page.status_code, is_public(clinic)) == (200, False)
    assert SAID in page.content.decode()
    assert 'value="Typed name"' in page.content.decode()
    new = {"sources-TOTAL_FORMS": 2, "is_published": "on", **row(1, finding="nothing")}
    assert editor.post(page_of(clinic), posted(clinic, **new)).status_code == 302
    assert is_public(clinic)


def test_a_draft_may_lack_words(editor: Client, clinic: Clinic) -> None:
    assert editor.post(page_of(clinic), posted(clinic, name_en="Draft")).status_code == 302
    assert Clinic.objects.get(pk=clinic.pk).name_en == "Draft"


def test_what_was_public_stays_and_gets_no_further_source_without_words(editor: Client, clinic: Clinic) -> None:
    Clinic.objects.update(is_published=True)
    assert editor.post(page_of(clinic), posted(clinic, is_published="on", name_en="New name")).status_code == 302
    assert is_public(clinic)
    other = {"facts-0-source": "Other news", "facts-0-source_url": ""}
    page = editor.post(page_of(clinic), posted(clinic, is_published="on", **other))
    assert publishing.without_words("Other news") in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"finding": "against"}, "Write what it says against the clinic, with the day."),
        ({"finding": "nothing", "against_en": "Words"}, "There are words against the clinic below"),
        ({"finding": "nothing", "source_url": ADDRESS + "2"}, ""),
    ],
)
def test_a_wrong_row_of_a_source_gets_a_sentence(
    editor: Client, clinic: Clinic, fields: dict[str, str], sentence: str
) -> None:
    page = editor.post(page_of(clinic), posted(clinic, **{"sources-TOTAL_FORMS": 2}, **row(1, **fields)))
    assert page.status_code == (200 if sentence else 302)
    assert sentence in page.content.decode()


def test_an_address_twice_gets_a_sentence(editor: Client, clinic: Clinic) -> None:
    rows = {**row(1, finding="nothing"), **row(2, finding="nothing", source="Same address")}
    page = editor.post(page_of(clinic), posted(clinic, **{"sources-TOTAL_FORMS": 3}, **rows))
    assert f"This address stands here twice: {ADDRESS}." in page.content.decode()


def test_a_spreadsheet_publishes_nobody_whose_source_lacks_words(editor: Client, clinic: Clinic) -> None:
    data = csv_of(clinic_row(slug="test-clinic", name_en="Test Clinic", is_published="yes"))
    assert problems(editor, CLINICS, data) == [(2, "is_published", SAID)]
    line = {"clinic": "test-clinic", "source": "The news", "source_url": ADDRESS, "checked_on": "2026-11-29"}
    assert bring(editor, SOURCES, csv_of({**line, "finding": "nothing"})).startswith("Imported.")
    assert bring(editor, CLINICS, data).startswith("Imported.")
    assert is_public(clinic)


def test_a_spreadsheet_of_treatments_brings_no_unread_source(editor: Client) -> None:
    clinic = make_clinic()
    make_procedure()
    unread = csv_of(offer_row(source="The news", source_url=ADDRESS))
    assert problems(editor, OFFERS, unread) == [(2, "source", SAID)]
    assert problems(editor, OFFERS, csv_of(offer_row(basis=""))) == [
        (2, "basis", "Say how the clinic offers this: own-page, own-words, letter.")
    ]
    make_source(clinic, "The news", source_url=ADDRESS)
    assert bring(editor, OFFERS, unread) == "Imported. 1 row: 1 new, 0 changed, 0 unchanged."


def test_a_spreadsheet_of_sources_needs_words_or_nothing(editor: Client, clinic: Clinic) -> None:
    line = {"clinic": "test-clinic", "source": "x", "checked_on": "2026-11-29", "finding": "against"}
    sentence = "Write what the source says against the clinic, or nothing where it says nothing."
    assert problems(editor, SOURCES, csv_of(line)) == [(2, "against_en", sentence)]


def test_content_files_publish_nobody_whose_source_lacks_words(made_up: None, tmp_path: Path) -> None:
    loaded = Path("tests/conditions/content/others")
    entry = read_yaml(loaded / "clinics" / "birch.yaml")
    entry["sources"] = entry["sources"][1:]
    (tmp_path / "clinics").mkdir()
    (tmp_path / "clinics" / "birch.yaml").write_text(yaml.safe_dump(entry, allow_unicode=True))
    (tmp_path / "cities.yaml").write_text((loaded / "cities.yaml").read_text())
    with pytest.raises(ContentError, match="against the clinic: Birch’s own page"):
        loading.load_all(lambda line: None, folder=tmp_path)
    assert Clinic.objects.get(slug="birch").sources.count() == 5


def test_the_service_names_every_source(clinic: Clinic) -> None:
    cite(clinic, "Second", "")
    with pytest.raises(NoSource, match=r"The news.*Second"):
        publishing.publish_clinics(clinics=[clinic])


# ── What was there before ────────────────────────────────────────────────────────────────────


def test_what_a_public_clinic_lacks_is_due(editor: Client, clinic: Clinic) -> None:
    cite(clinic)
    OfferedTreatment.objects.create(
        clinic=clinic, procedure=make_procedure(), source="Its price list", checked_on=TODAY
    )
    assert stale(TODAY) == []
    Clinic.objects.update(is_published=True)
    found = [(one.what, one.why) for one in stale(TODAY)]
    assert sorted(found) == [
        ("source: The news", "no words against the clinic yet"),
        ("treatment offered: Test operation", "not public: no source in which the clinic offers it"),
    ]
    page = editor.get("/admin/clinics/clinic/due/").content.decode()
    assert "Source: The news" in page
    assert "no words against the clinic yet" in page


def test_a_clinic_loaded_by_an_older_version_gets_its_words(made_up: None) -> None:
    clinic = Clinic.objects.get(slug="birch")
    clinic.sources.all().delete()
    clinic.offered_treatments.update(basis="")
    before = digest(state(clinic, loading.CHILDREN))
    LoadedContent.objects.filter(key="clinics.clinic birch").update(state_hash=before, source_hash="older")
    said: list[str] = []
    loading.load_all(said.append, folder=Path("tests/conditions/content/others"))
    assert any(line.startswith("clinic birch: loaded again") for line in said)
    assert (clinic.sources.count(), clinic.offered_treatments.filter(basis="").count()) == (5, 0)


def test_every_shipped_clinic_can_be_published() -> None:
    for path in sorted((loading.FOLDER / "clinics").glob("*.yaml")):
        clinic = Clinic.objects.get(slug=read_yaml(path)["slug"])
        assert clinic.is_published
        assert clinic.sources.exists()
        assert publishing.clinic_faults(clinic) == []


def test_the_shipped_clinics_offer_only_what_they_say_themselves() -> None:
    offers = OfferedTreatment.objects.values_list("clinic__slug", "procedure__code", "basis")
    assert sorted(offers) == [
        ("blokhin", "diagnostics", "own-words"),
        ("emc", "cancer-radiotherapy", "own-words"),
        ("emc", "chemotherapy", "own-words"),
        ("emc", "diagnostics", "own-words"),
        ("emc", "surgery", "own-words"),
        ("fyodorov", "cataract-surgery", "own-page"),
        ("fyodorov", "corneal-transplant", "own-page"),
        ("fyodorov", "laser-cataract-surgery", "own-page"),
        ("sechenov-dentistry", "orthognathic-surgery", "own-page"),
    ]
    assert [one.clinic.slug for one in ClinicSource.objects.filter(finding="licence")] == ["euroonco"]
    said = ClinicSource.objects.get(finding="licence")
    assert "17 November 2021" in said.against_en
    assert "2 September 2021" in said.against_en
