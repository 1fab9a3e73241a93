"""The stored HTML of editions: when it is made, and that readers never wait for it."""

import datetime
import re
import sys
from io import StringIO
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from conditions import edition_html
from conditions.models import Area, Condition, Edition, EditionHtml
from conditions.selectors import editions as published
from conditions.selectors import upkeep
from conditions.services import editions, rendering
from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

URL = "/{}/conditions/grey-fever/"
DAY = datetime.date(2026, 11, 23)
COLUMNS = ("name", "plain_name", "synonyms", "summary", "icd10", "related", "reviewed_by", "next_review_on", "area")


def readings() -> set[tuple[str, int, str]]:
    """The language and number of each edition that has HTML, and the language of its readers."""
    return set(EditionHtml.objects.values_list("edition__language", "edition__number", "language"))


def page(language: str = "en") -> str:
    return Client(HTTP_HOST="localhost").get(URL.format(language)).content.decode()


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command("render_editions", *words, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def editor(condition: Condition) -> User:
    return make_staff(Role.EDITOR, email="editor@example.org")


def test_publishing_makes_the_html_of_what_readers_get(condition: Condition, editor: User) -> None:
    assert readings() == {("en", 1, "en"), ("ru", 1, "ru"), ("ar", 1, "ar")}
    editions.publish(condition=condition, language="en", by=editor, change_note="")
    assert readings() == {("en", 2, "en"), ("ru", 1, "ru"), ("ar", 1, "ar")}
    older, newest = Edition.objects.filter(language="en").order_by("number")
    editions.restore(edition=older, by=editor, public=newest.pk)
    editions.withdraw(edition=Edition.objects.get(language="ar"), by=editor)
    assert readings() == {("en", 3, "en"), ("ru", 1, "ru"), ("en", 3, "ar")}
    for edition in Edition.objects.filter(language="en", number=3):
        editions.withdraw(edition=edition, by=editor)
    assert readings() == {("en", 2, "en"), ("ru", 1, "ru"), ("en", 2, "ar")}


def test_each_page_names_the_languages_that_have_an_edition_of_their_own(condition: Condition, editor: User) -> None:
    def named() -> list[str]:
        return re.findall(r'<link rel="alternate" hreflang="(\w\w)"', page("ru"))

    assert named() == ["en", "ru", "ar"]
    editions.withdraw(edition=Edition.objects.get(language="ar"), by=editor)
    assert named() == ["en", "ru"]
    editions.publish(condition=condition, language="ar", by=editor, change_note="")
    assert named() == ["en", "ru", "ar"]


def test_an_edition_that_was_withdrawn_is_shown_to_nobody_whatever_is_stored(condition: Condition) -> None:
    assert "Grey fever" in page()
    Edition.objects.filter(language="en").update(withdrawn_at=datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC))
    assert Client(HTTP_HOST="localhost").get(URL.format("en")).status_code == 404


def test_the_columns_repeat_what_was_frozen(condition: Condition) -> None:
    edition = Edition.objects.get(language="en")
    assert (edition.name, edition.icd10, edition.related) == ("Grey fever", "Z99.9", [])
    assert edition.area == condition.area
    assert edition.summary is not None
    assert "[" not in edition.summary
    assert edition.next_review_on is not None
    assert edition.next_review_on.isoformat() == edition.content["next_review_on"]


def test_a_page_is_one_query_with_its_html(
    condition: Condition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert published.page_with_html("grey-fever", "ru") is not None
    with django_assert_num_queries(1):
        published.listing("ru")


@pytest.mark.parametrize("changes", [{"design": "of another release"}, None])
def test_stale_or_missing_html_is_rendered_live(condition: Condition, changes: dict[str, str] | None) -> None:
    whole = page()
    stored = EditionHtml.objects.filter(edition__language="en")
    if changes is None:
        stored.delete()
    else:
        stored.update(article="STALE", head="STALE", **changes)
    assert page() == whole
    assert "STALE" not in whole


def test_stored_html_is_what_readers_get(condition: Condition) -> None:
    EditionHtml.objects.filter(edition__language="en").update(article="<p>As it is stored.</p>")
    assert "<p>As it is stored.</p>" in page()


def test_the_command_makes_anew_what_is_stale_and_nothing_else(condition: Condition) -> None:
    assert run("--check") == ["The HTML of all pages is up to date."]
    kept = EditionHtml.objects.get(language="ru").pk
    EditionHtml.objects.filter(language="en").update(design="old", article="STALE")
    EditionHtml.objects.filter(language="ar").delete()
    EditionHtml.objects.filter(language="ru").update(article="fresh")
    with pytest.raises(CommandError, match="2 stale"):
        run("--check")
    assert run()[-2:] == ["edition html: 1 of 1", "The HTML of all pages is up to date."]
    assert not EditionHtml.objects.filter(article="STALE").exists()
    assert EditionHtml.objects.get(pk=kept).article == "fresh"
    assert readings() == {("en", 1, "en"), ("ru", 1, "ru"), ("ar", 1, "ar")}


def test_what_was_killed_goes_on_where_it_was() -> None:
    """With all the content that ships: the first condition is done, the others are still to do."""
    EditionHtml.objects.update(design="old")
    before = rendering.stale()
    steps = rendering.render_all()
    next(steps)
    steps.close()
    assert 0 < rendering.stale() < before
    run()
    assert rendering.stale() == 0


def test_an_edition_of_the_release_before_is_read_and_filled(condition: Condition) -> None:
    """It inserts editions without the columns, while the new code serves already."""
    pages, listed, due = {code: page(code) for code in ("en", "ru")}, published.listing("ru"), upkeep.schedule(DAY)
    days = published.published_days()
    Edition.objects.update(**dict.fromkeys(COLUMNS))
    EditionHtml.objects.all().delete()
    assert {code: page(code) for code in pages} == pages
    assert (published.listing("ru"), upkeep.schedule(DAY), published.published_days()) == (listed, due, days)
    with pytest.raises(CommandError, match="6 stale"):
        run("--check")
    assert run()[0] == "edition: 3 of 3"
    assert Edition.objects.filter(name="Grey fever", area=condition.area, next_review_on__isnull=False).count() == 1
    assert published.listing("ru") == listed


def test_an_area_that_an_editor_renames_is_called_so_at_once(condition: Condition) -> None:
    Area.objects.filter(slug="oncology").update(name_en="Cancer care", name_ru="Лечение рака")
    assert page().count(">Cancer care</a>") == 1
    assert '"name": "Cancer care"' in page()
    assert page("ru").count(">Лечение рака</a>") == 1
    assert "Oncology" not in page()


def test_the_design_changes_with_whatever_the_html_is_made_with(condition: Condition) -> None:
    content = Edition.objects.get(language="en").content
    made_with = set(edition_html._made_with())
    entered = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts:
            entered.add(path)

    sys.setprofile(note)
    try:
        edition_html.render(content, number=1, published_at=condition.editions.all()[0].published_at, readers=["en"])
    finally:
        sys.setprofile(None)
    assert len(entered) > 5
    assert entered - made_with - {Path(__file__)} == set()
    assert {path.suffix for path in made_with} == {".py", ".html", ".po"}
