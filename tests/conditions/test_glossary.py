"""Terms that open their meaning where they first stand."""

import pytest

from conditions.glossary import Explainer, terms
from portal.core.text.markdown import to_html


def explained(explainer: Explainer, text: str) -> str:
    return to_html(text, "en", explainer.explain)


def test_a_glossary_is_one_term_a_line() -> None:
    assert terms("ascites = fluid in the belly\n\nno meaning\n = no term\nPET-CT = a scan = in colour\n") == [
        ("ascites", "fluid in the belly"),
        ("PET-CT", "a scan = in colour"),
    ]


def test_a_term_is_explained_once_and_in_place() -> None:
    explainer = Explainer([("ascites", "fluid <in> the belly"), ("stent", "a small tube")], "en")
    close = '<button type="button" class="close" popovertarget="term-{}" popovertargetaction="hide" aria-label="Close"></button>'
    first = explained(explainer, "A Stent drains ascites. Ascites comes back.")
    assert first == (
        '<p>A <button type="button" class="term" popovertarget="term-2">Stent</button>'
        f'<span popover="" class="meaning" id="term-2">a small tube{close.format(2)}</span> drains '
        '<button type="button" class="term" popovertarget="term-1">ascites</button>'
        f'<span popover="" class="meaning" id="term-1">fluid &lt;in&gt; the belly{close.format(1)}</span>\u2060. Ascites comes back.</p>'
    )
    assert explained(explainer, "ascites and stent") == "<p>ascites and stent</p>"
    assert not explainer.waiting


@pytest.mark.parametrize(("language", "close"), [("en", "Close"), ("ru", "Закрыть"), ("ar", "إغلاق"), ("fr", "Fermer")])
def test_a_meaning_is_closed_in_the_language_of_its_page(language: str, close: str) -> None:
    explainer = Explainer([("stent", "a tube")], language)
    assert f'aria-label="{close}"></button></span>' in explained(explainer, "stent")


def test_a_term_inside_a_link_a_word_or_a_meaning_is_left_alone() -> None:
    explainer = Explainer([("node", "a lymph gland"), ("gland", "an organ")], "en")
    assert explained(explainer, "[node](#x) nodeless") == '<p><a href="#x" rel="noopener">node</a> nodeless</p>'
    assert explained(explainer, "## A node") == "<h2>A node</h2>"
    opened = explained(explainer, "A node.")
    assert opened.count('class="term"') == 1
    assert list(explainer.waiting) == ["gland"]


def test_a_term_is_found_in_arabic_and_russian() -> None:
    assert "popovertarget" in explained(Explainer([("استسقاء", "سائل في البطن")], "en"), "سائل (استسقاء).")
    for term, text in (
        ("сетчатка", "заднюю часть глаза (сетчатку)"),
        ("съёмный протез", "носить съёмного протеза"),
        ("cycle", "in four cycles"),
        ("aligners", "an aligner is worn"),
    ):
        assert "popovertarget" in explained(Explainer([(term, "meaning")], "en"), text), term
    for term, text in (("рак", "раковина"), ("node", "nodeless"), ("CT", "CTs")):
        assert "popovertarget" not in explained(Explainer([(term, "meaning")], "en"), text), term
    assert "popovertarget" in explained(Explainer([("асцит", "жидкость в животе")], "en"), "Асцит лечат.")
