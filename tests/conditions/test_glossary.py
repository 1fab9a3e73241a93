"""Terms that open their meaning where they first stand."""

import pytest

from conditions.glossary import Explainer, terms


def test_a_glossary_is_one_term_a_line() -> None:
    assert terms("ascites = fluid in the belly\n\nno meaning\n = no term\nPET-CT = a scan = in colour\n") == [
        ("ascites", "fluid in the belly"),
        ("PET-CT", "a scan = in colour"),
    ]


def test_a_term_is_explained_once_and_in_place() -> None:
    explainer = Explainer([("ascites", "fluid <in> the belly"), ("stent", "a small tube")], "en")
    close = '<button type="button" class="close" popovertarget="term-{}" popovertargetaction="hide" aria-label="Close"></button>'
    first = explainer.explain("<p>A Stent drains ascites. Ascites comes back.</p>")
    assert first == (
        '<p>A <button type="button" class="term" popovertarget="term-2">Stent</button>'
        f'<span popover class="meaning" id="term-2">a small tube{close.format(2)}</span> drains '
        '<button type="button" class="term" popovertarget="term-1">ascites</button>'
        f'<span popover class="meaning" id="term-1">fluid &lt;in&gt; the belly{close.format(1)}</span>\u2060. Ascites comes back.</p>'
    )
    assert explainer.explain("<p>ascites and stent</p>") == "<p>ascites and stent</p>"
    assert not explainer.waiting


@pytest.mark.parametrize(("language", "close"), [("en", "Close"), ("ru", "Закрыть"), ("ar", "إغلاق"), ("fr", "Fermer")])
def test_a_meaning_is_closed_in_the_language_of_its_page(language: str, close: str) -> None:
    assert f'aria-label="{close}"></button></span>' in Explainer([("stent", "a tube")], language).explain(
        "<p>stent</p>"
    )


def test_a_term_inside_a_link_a_word_or_a_meaning_is_left_alone() -> None:
    explainer = Explainer([("node", "a lymph gland"), ("gland", "an organ")], "en")
    assert explainer.explain('<p><a href="#x">node</a> nodeless</p>') == '<p><a href="#x">node</a> nodeless</p>'
    opened = explainer.explain("<p>A node.</p>")
    assert opened.count('class="term"') == 1
    assert list(explainer.waiting) == ["gland"]


def test_a_term_is_found_in_arabic_and_russian() -> None:
    assert "popovertarget" in Explainer([("استسقاء", "سائل في البطن")], "en").explain("<p>سائل (استسقاء).</p>")
    for term, text in (
        ("сетчатка", "заднюю часть глаза (сетчатку)"),
        ("съёмный протез", "носить съёмного протеза"),
        ("cycle", "in four cycles"),
        ("aligners", "an aligner is worn"),
    ):
        assert "popovertarget" in Explainer([(term, "meaning")], "en").explain(f"<p>{text}</p>"), term
    for term, text in (("рак", "раковина"), ("node", "nodeless"), ("CT", "CTs")):
        assert "popovertarget" not in Explainer([(term, "meaning")], "en").explain(f"<p>{text}</p>"), term
    assert "popovertarget" in Explainer([("асцит", "жидкость в животе")], "en").explain("<p>Асцит лечат.</p>")
