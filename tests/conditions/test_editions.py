"""Editions: frozen, numbered, one row for the public page."""

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django import DjangoAssertNumQueries

from conditions.edition_html import with_html
from conditions.models import Condition, Edition, Section
from conditions.selectors import drafts
from conditions.selectors import editions as published
from conditions.services import editions
from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.factories import make_staff, rewrite

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_staff(Role.EDITOR, email="editor@example.org")


def test_freezes_markdown_and_is_shown_as_safe_html(condition: Condition) -> None:
    frozen = Edition.objects.get(language="en").content
    assert "html" not in str(frozen)
    content = with_html(frozen)
    what = content["before_treatments"][0]
    assert (what["id"], what["heading"]) == ("what", "What it is")
    assert what["text"] == "A fever with <b>raw</b> & marks. It lasts 5 days [1]."
    assert what["html"] == (
        "<p>A fever with &lt;b&gt;raw&lt;/b&gt; &amp; marks. It lasts 5\u00a0days"
        '<sup class="cite">\u202f[<a href="#source-1">1</a>]</sup>.</p>'
    )
    assert [one["kind"] for one in content["callouts"]] == ["emergency", "urgent"]
    assert [one["kind"] for one in content["after_treatments"]] == ["outlook", "untreated"]
    assert content["treatments"][1]["stay"] == {"text": "", "html": ""}
    assert content["area"] == {"slug": "oncology", "name": "Oncology"}
    assert content["sources"][0]["checked_on"] == "2026-11-20"


def test_an_edition_of_the_release_before_is_set_as_a_new_one(condition: Condition) -> None:
    """It holds HTML of its own day, with citations that were left raw and the urgent card first."""
    edition = Edition.objects.get(language="en")
    content = edition.content
    content["schema"] = 2
    content["before_treatments"][0] |= {"text": "The causes are [1]: 1 in 10 [2].", "html": "<p>causes are [1]: 10</p>"}
    content["callouts"] = [{**one, "html": "<p>old</p>"} for one in reversed(content["callouts"])]
    shown = with_html(content)
    assert shown["before_treatments"][0]["html"] == (
        '<p>The causes are<sup class="cite">\u202f[<a href="#source-1">1</a>]</sup>: '
        '1\u00a0in\u00a010<sup class="cite">\u202f[<a href="#source-2">2</a>]</sup>.</p>'
    )
    assert [one["kind"] for one in shown["callouts"]] == ["emergency", "urgent"]
    assert "old" not in str(shown)


def test_what_an_older_schema_froze_is_upgraded_when_it_is_published_again(condition: Condition, editor: User) -> None:
    edition = Edition.objects.get(language="en")
    today = {**edition.content}
    old = {**today, "schema": 2, "unused_terms": [], "callouts": [*reversed(today["callouts"])]}
    old["treatments"] = [{**one, "risks": {**one["risks"], "html": "<p>old</p>"}} for one in today["treatments"]]
    assert drafts.upgraded(old) == today
    assert drafts.upgraded(today) is today
    rewrite(edition, **old)
    assert editions.restore(edition=edition, by=editor, public=edition.pk).content == today


def test_a_later_change_of_the_draft_does_not_reach_the_public(condition: Condition, editor: User) -> None:
    Section.objects.filter(kind="what").update(body_en="Changed.")
    condition.refresh_from_db()
    page = published.page("grey-fever", "en")
    assert page is not None
    assert published.content(page.edition_id)["before_treatments"][0]["text"].startswith("A fever")
    assert editions.upcoming(condition, "en")["before_treatments"][0]["text"] == "Changed."
    second = editions.publish(condition=condition, language="en", by=editor, change_note="Shorter")
    assert (second.number, second.published_by, second.change_note) == (2, editor, "Shorter")
    page = published.page("grey-fever", "en")
    assert page is not None
    words = published.content(page.edition_id)["before_treatments"][0]["text"]
    assert (page.number, words) == (2, "Changed.")
    assert Edition.objects.get(language="en", number=1).content["before_treatments"][0]["text"].startswith("A fever")


def test_withdrawing_brings_the_one_before_back(condition: Condition, editor: User) -> None:
    second = editions.publish(condition=condition, language="en", by=editor, change_note="")
    editions.withdraw(edition=second, by=editor)
    page = published.page("grey-fever", "en")
    assert page is not None
    assert page.number == 1
    third = editions.publish(condition=condition, language="en", by=editor, change_note="")
    assert third.number == 3


def test_nobody_but_an_editor_publishes_or_withdraws(condition: Condition) -> None:
    stranger = User.objects.create_user("reader@example.org", is_staff=True)
    with pytest.raises(PermissionDenied):
        editions.publish(condition=condition, language="en", by=stranger, change_note="")
    with pytest.raises(PermissionDenied):
        editions.withdraw(edition=Edition.objects.get(language="en"), by=stranger)
    assert Edition.objects.filter(withdrawn_at=None).count() == 3


def test_a_language_without_an_edition_gets_the_english_one(condition: Condition) -> None:
    Edition.objects.filter(language="ar").delete()
    page = published.page("grey-fever", "ar")
    assert page is not None
    assert (page.language, page.languages) == ("en", ("en", "ru"))
    assert [one.name for one in published.listing("ar")] == ["Grey fever"]


def test_no_edition_no_page(condition: Condition) -> None:
    Edition.objects.all().delete()
    assert published.page("grey-fever", "en") is None
    assert published.listing("en") == []


def test_a_page_its_content_and_a_list_are_a_query_each(
    condition: Condition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        page = published.page("grey-fever", "ru")
    assert page is not None
    with django_assert_num_queries(1):
        assert published.content(page.edition_id)["slug"] == "grey-fever"
    with django_assert_num_queries(1):
        assert [one.plain_name for one in published.listing("ru")] == ["жар, от которого всё сереет"]
