"""Sample profiles: plainly nobody, complete in every language, never on a live site by accident."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from clinics.models import CareAssistant, Clinic, Doctor, Photo
from clinics.services import people
from portal.accounts.enums import Role
from portal.core.content.content_files import ContentError
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_staff
from tests.services import free_port

pytestmark = pytest.mark.django_db

MODELS = (Doctor, CareAssistant)
LISTS = {"doctors": Doctor, "care-assistants": CareAssistant}
PILL = 'class="pill pill--sample"'
WORDS = {"en": "Sample", "ru": "Образец", "ar": "نموذج"}


def html(address: str) -> str:
    response = Client(HTTP_HOST="localhost").get(address)
    assert response.status_code == 200
    return response.content.decode()


def graph(page: str) -> list[dict[str, object]]:
    found = re.search(r"ld\+json\">(.*?)</script>", page)
    assert found
    things: list[dict[str, object]] = json.loads(found[1])["@graph"]
    return things


def of_deploy() -> list[CheckMessage]:
    """What the check of going live says of samples."""
    return [one for one in run_checks(include_deployment_checks=True) if one.id in {"portal.E004", "portal.W001"}]


# ── What ships ───────────────────────────────────────────────────────────────────────────────


def test_two_doctors_of_each_area_and_four_assistants() -> None:
    areas = Counter(slug for one in Doctor.objects.all() for slug in one.areas.values_list("slug", flat=True))
    assert areas == {"oncology": 2, "oncohematology": 2, "ophthalmology": 2, "dentistry": 2}
    assert Doctor.objects.count() == 8
    assert CareAssistant.objects.count() == 4


@pytest.mark.parametrize("model", MODELS)
def test_all_are_flagged_and_nobody_real_is_meant(model: type[Doctor | CareAssistant]) -> None:
    for one in model._default_manager.all():
        assert (one.is_sample, one.is_published) == (True, True)
        for language in settings.LIVE_LANGUAGES:
            assert getattr(one, f"name_{language}").startswith(WORDS[language]), one.slug
        assert (one.source, one.source_url, one.checked_on) == ("", "", None)
    assert not Photo.objects.exists()


def test_the_shape_of_a_profile_is_seen_in_every_language() -> None:
    for doctor in Doctor.objects.all():
        for name in ("title", "field"):
            assert all(getattr(doctor, f"{name}_{code}") for code in settings.LIVE_LANGUAGES), doctor.slug
        assert doctor.practising_since
        assert len(doctor.languages) >= 2
        assert doctor.cities.exists()
        assert doctor.procedures.count() >= 3
        area = doctor.areas.get()
        assert {one.area for one in doctor.conditions.all()} == {area}, doctor.slug
        assert not doctor.clinics.exists()
        assert not doctor.publications.exists()
    for assistant in CareAssistant.objects.all():
        for name in ("about", "hours"):
            assert all(getattr(assistant, f"{name}_{code}") for code in settings.LIVE_LANGUAGES), assistant.slug
        assert "ru" in assistant.languages
        assert assistant.services
        assert assistant.cities.exists()


def test_the_assistants_differ() -> None:
    found = list(CareAssistant.objects.all())
    assert len({tuple(sorted(one.languages)) for one in found}) == 4
    assert len({tuple(sorted(one.services)) for one in found}) == 4
    assert {city.slug for one in found for city in one.cities.all()} == {"moscow", "saint-petersburg"}


def test_texts_have_latin_digits_and_no_full_stop_too_few() -> None:
    texts = [getattr(one, f"{name}_ar") for one in CareAssistant.objects.all() for name in ("about", "hours", "name")]
    assert [text for text in texts if re.search("[٠-٩]", text)] == []
    for one in CareAssistant.objects.all():
        assert all(getattr(one, f"about_{code}").endswith(".") for code in settings.LIVE_LANGUAGES), one.slug


# ── Loading ──────────────────────────────────────────────────────────────────────────────────


def load(**options: bool) -> list[str]:
    said = StringIO()
    call_command("load_content", stdout=said, **options)
    return said.getvalue().splitlines()


def test_without_the_option_no_sample_is_written() -> None:
    for model in MODELS:
        model._default_manager.all().delete()
    lines = load()
    assert "12 sample profiles were left out; --samples loads them" in lines
    assert (Doctor.objects.count(), CareAssistant.objects.count()) == (0, 0)
    lines = load(samples=True)
    assert [line for line in lines if "left out" in line] == []
    assert (Doctor.objects.count(), CareAssistant.objects.count()) == (8, 4)


def test_without_the_option_samples_that_are_there_stay_as_they_are() -> None:
    Doctor.objects.filter(slug="sample-retina").update(title_en="Changed")
    load(force=True)
    assert Doctor.objects.get(slug="sample-retina").title_en == "Changed"
    assert Doctor.objects.count() == 8


def test_a_sample_that_an_editor_unpublished_stays_unpublished() -> None:
    Doctor.objects.filter(slug="sample-retina").update(is_published=False)
    load(samples=True)
    assert Doctor.objects.get(slug="sample-retina").is_published is False


def write(folder: Path, doctors: list[dict[str, object]]) -> Path:
    (folder / "doctors.yaml").write_text(yaml.safe_dump(doctors, allow_unicode=True), encoding="utf-8")
    (folder / "care_assistants.yaml").write_text("[]")
    return folder


def entry(slug: str, **more: object) -> dict[str, object]:
    words = dict.fromkeys(settings.LIVE_LANGUAGES, slug)
    return {"slug": slug, "name": words, "field": words, **more}


def test_real_people_are_always_loaded(tmp_path: Path) -> None:
    real = entry("real", source="Clinic", checked_on="2026-11-20")
    folder = write(tmp_path, [entry("nobody", is_sample=True), real])
    text = (folder / "doctors.yaml").read_text().replace("'2026-11-20'", "2026-11-20")
    (folder / "doctors.yaml").write_text(text)
    said: list[str] = []
    people.load_all(said.append, folder=folder)
    assert said == ["doctor real: loaded", "1 sample profile was left out; --samples loads them"]
    assert not Doctor.objects.filter(slug="nobody").exists()
    assert Doctor.objects.get(slug="real").is_published


@pytest.mark.parametrize("linked", [{"clinics": ["emc"]}, {"publications": [{"title": "x"}]}])
def test_a_sample_with_something_real_is_refused(tmp_path: Path, linked: dict[str, object]) -> None:
    folder = write(tmp_path, [entry("nobody", is_sample=True, **linked)])
    with pytest.raises(ContentError, match="a sample has no “clinics”"):
        people.load_all(lambda line: None, folder=folder, with_samples=True)
    assert not Doctor.objects.filter(slug="nobody").exists()


def test_the_containers_load_no_samples_and_make_run_does() -> None:
    compose = (Path(settings.BASE_DIR) / "docker-compose.yml").read_text()
    assert "load_content" in compose
    assert "--samples" not in compose
    serve = Path(settings.BASE_DIR) / "portal" / "core" / "management" / "commands" / "serve.py"
    assert 'call_command("load_content", samples=True' in serve.read_text()


# ── The public pages ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", settings.LIVE_LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_lists_mark_every_sample(name: str, language: str) -> None:
    page = html(f"/{language}/{name}/")
    count = LISTS[name]._default_manager.count()
    assert page.count(f"<li {PILL}>") == page.count('<h3><a class="card-link"') == count
    if language == "en":
        assert page.count(f"<li {PILL}>Sample profile</li>") == count


@pytest.mark.parametrize("language", settings.LIVE_LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_profiles_are_marked_and_kept_out_of_search_engines(name: str, language: str) -> None:
    for person in LISTS[name]._default_manager.all():
        page = html(f"/{language}/{name}/{person.slug}/")
        assert page.count(f"<strong {PILL}>") == 1
        assert '<meta name="robots" content="noindex">' in page
        assert [one["@type"] for one in graph(page)] == ["BreadcrumbList"]
        assert getattr(person, f"name_{language}") in page
    if language == "en":
        assert f"<strong {PILL}>Sample profile</strong>" in page


def test_no_sitemap_and_no_search_knows_a_sample() -> None:
    for language in settings.LIVE_LANGUAGES:
        sitemap = Client(HTTP_HOST="localhost").get(f"/sitemap-{language}.xml").content.decode()
        assert "/sample-" not in sitemap
    assert "/doctors/sample-" not in html("/en/search/?q=retina")


def test_structured_data_never_links_a_sample_to_a_clinic() -> None:
    clinic = make_clinic("birch", name_en="Birch Clinic")
    doctor = Doctor.objects.get(slug="sample-retina")
    doctor.clinics.add(clinic)
    profile = json.dumps(graph(html("/en/doctors/sample-retina/")))
    assert "Physician" not in profile
    assert "Birch Clinic" not in profile
    assert "Sample doctor" not in json.dumps(graph(html("/en/clinics/birch/")))


def test_a_real_doctor_is_told_to_search_engines() -> None:
    doctor = Doctor.objects.create(
        slug="real", name_en="Real doctor", field_en="eyes", source="x", checked_on="2026-11-20", is_published=True
    )
    doctor.clinics.add(Clinic.objects.get(slug="emc"))
    page = html("/en/doctors/real/")
    assert graph(page)[0]["@type"] == "Physician"
    assert "noindex" not in page
    assert PILL not in page


# ── Going live ───────────────────────────────────────────────────────────────────────────────


def test_the_deploy_check_is_red_while_samples_are_public() -> None:
    [found] = of_deploy()
    assert (found.id, found.is_serious()) == ("portal.E004", True)
    assert found.msg == "12 sample profiles are public (doctors: 8, care assistants: 4)."
    assert "Unpublish" in str(found.hint)
    with pytest.raises(CommandError, match="12 sample profiles are public"):
        call_command("check", deploy=True, stdout=StringIO(), stderr=StringIO())


def test_the_deploy_check_is_green_without_samples() -> None:
    Doctor.objects.update(is_published=False)
    [found] = of_deploy()
    assert found.msg == "4 sample profiles are public (doctors: 0, care assistants: 4)."
    CareAssistant.objects.update(is_published=False)
    assert of_deploy() == []


def test_an_ordinary_check_asks_no_database() -> None:
    assert [one for one in run_checks() if one.id == "portal.E004"] == []


def test_the_deploy_check_survives_missing_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clinics_doctor RENAME TO gone")
    [found] = of_deploy()
    assert (found.id, found.is_serious()) == ("portal.W001", False)
    assert "clinics_doctor" in found.msg
    # The transaction around the check goes on.
    assert CareAssistant.objects.count() == 4


def test_the_deploy_check_survives_a_database_that_is_away() -> None:
    operator = {
        "OPERATOR_NAME": "x",
        "OPERATOR_ADDRESS": "x",
        "OPERATOR_EMAIL": "x@example.org",
        "ALERT_EMAIL": "x@example.org",
    }
    away = {"DATABASE_URL": f"postgres://portal:x@127.0.0.1:{free_port()}/portal", "NOTICE_EMAIL": "x@example.org"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"]
    environment = {**os.environ, **operator, **away}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the tests with a browser
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert "portal.W001" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr


# ── Publishing in the admin ──────────────────────────────────────────────────────────────────


def act(client: Client, model: type[Doctor | CareAssistant], action: str, query: str = "") -> str:
    """Choose all rows of a list, take an action, and return the page with its message."""
    chosen = [str(pk) for pk in model._default_manager.values_list("pk", flat=True)]
    address = f"/admin/clinics/{model._meta.model_name}/{query}"
    return client.post(address, {"action": action, "_selected_action": chosen}, follow=True).content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_an_editor_unpublishes_and_publishes_from_the_list(model: type[Doctor | CareAssistant]) -> None:
    client = staff_client(make_staff(Role.EDITOR))
    total = model._default_manager.count()
    listed = client.get(f"/admin/clinics/{model._meta.model_name}/").content.decode()
    assert re.findall(r'<option value="(\w+)">', listed.partition('name="action"')[2].partition("</select>")[0]) == [
        "publish",
        "unpublish",
    ]
    name = "doctors" if model is Doctor else "care-assistants"
    html(f"/en/{name}/")
    assert f"{total} unpublished, 0 were so already." in act(client, model, "unpublish", "?is_published__exact=1")
    assert not model._default_manager.filter(is_published=True).exists()
    assert PILL not in html(f"/en/{name}/"), "the public list knows at once"
    assert f"{total} published, 0 were so already." in act(client, model, "publish")
    assert model._default_manager.filter(is_published=True).count() == total
    history = client.get(f"/admin/clinics/{model._meta.model_name}/{model._default_manager.all()[0].pk}/history/")
    assert "Unpublished." in history.content.decode()


def test_a_real_person_without_a_source_is_not_published() -> None:
    Doctor.objects.all().update(is_published=False)
    Doctor.objects.create(slug="unsourced", name_en="Unsourced")
    page = act(staff_client(make_staff(Role.EDITOR)), Doctor, "publish")
    assert "Nobody was published. Unsourced: A real person is published with a source" in page
    assert not Doctor.objects.filter(is_published=True).exists()


def test_who_only_reads_has_no_action() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    act(client, Doctor, "unpublish")
    assert Doctor.objects.filter(is_published=True).count() == 8
    assert 'value="unpublish"' not in client.get("/admin/clinics/doctor/").content.decode()


def test_nothing_is_deleted_in_bulk() -> None:
    act(staff_client(make_staff(Role.EDITOR)), Doctor, "delete_selected")
    assert Doctor.objects.count() == 8
