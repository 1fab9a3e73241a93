"""Amounts of money in words, their totals, and that no second place says them."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import get_language, override

from portal.core.localisation import formats, money
from portal.core.localisation.money import Amount, in_words, totals


def dollars(low: int | None, high: int | None = None) -> Amount:
    return Amount(None if low is None else Decimal(low), None if high is None else Decimal(high), "USD")


def said(amount: Amount, language: str, *, holds: bool = True) -> str:
    return in_words(amount, language, holds=holds).replace("\xa0", " ").translate(dict.fromkeys((0x2066, 0x2069)))


@pytest.mark.parametrize(
    ("language", "lower_bound", "span", "exact", "on_request", "being_checked"),
    [
        ("en", "from US$100", "US$100 to US$250", "US$100", "price on request", "price being checked"),
        ("ru", "от 100 $", "от 100 $ до 250 $", "100 $", "цена по запросу", "цена проверяется"),
        ("ar", "من 100 US$", "من 100 US$ إلى 250 US$", "100 US$", "السعر عند الطلب", "السعر قيد المراجعة"),
    ],
)
def test_a_price_in_words(
    language: str, lower_bound: str, span: str, exact: str, on_request: str, being_checked: str
) -> None:
    with override("en" if language == "ar" else "ar"):
        assert said(dollars(100), language) == lower_bound
        assert said(dollars(100, 250), language) == span
        assert said(Amount(Decimal("100.00"), Decimal(100), "USD"), language) == exact
        assert said(dollars(None), language) == said(dollars(None), language, holds=False) == on_request
        assert {said(dollars(100, high), language, holds=False) for high in (None, 100, 250)} == {being_checked}
        assert get_language() == ("en" if language == "ar" else "ar"), "the active language stays"


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_script_says_an_amount_in_the_same_words(language: str) -> None:
    patterns = {name: pattern.replace("\xa0", " ") for name, pattern in money.patterns(language).items()}
    ends = {"low": formats.money(Decimal(100), "USD", language), "high": formats.money(Decimal(250), "USD", language)}
    filled = {name: pattern.format(**ends) for name, pattern in patterns.items()}
    amounts = {"lower_bound": dollars(100), "span": dollars(100, 250), "on_request": dollars(None)}
    assert filled == {name: in_words(amount, language) for name, amount in amounts.items()}


def test_nothing_is_an_amount_too() -> None:
    assert [said(dollars(0, high), "en") for high in (None, 0, 5)] == ["from US$0", "US$0", "US$0 to US$5"]


def test_totals_add_up_within_a_currency_in_the_order_of_the_lines() -> None:
    euros = Amount(Decimal(7), Decimal(9), "EUR")
    assert totals([euros, dollars(100, 250), dollars(50, 50), euros]) == [
        Amount(Decimal(14), Decimal(18), "EUR"),
        dollars(150, 300),
    ]


def test_one_open_amount_makes_its_total_open_and_no_other() -> None:
    euros = Amount(Decimal(7), Decimal(9), "EUR")
    for lines in ([dollars(100, 250), dollars(50), euros], [dollars(50), dollars(100, 250), euros]):
        assert totals(lines) == [dollars(150), euros]


def test_what_is_on_request_is_in_no_total() -> None:
    assert totals([dollars(None), dollars(100, 250)]) == [dollars(100, 250)]
    assert totals([dollars(None)]) == totals([]) == []


# Sentences that say a price, each alone. A value inside is `{}`.
PRICE = re.compile(r"(?i)from \{\}|\{\} to \{\}|(offered, )?(price )?on request|(offered, )?price being checked")
PACKAGES = ("portal", "conditions", "clinics", "requests")
VALUE = re.compile(r"%\(\w+\)s|\{\{.*?\}\}|\{[^{}]*\}")


def sentences(path: Path) -> Iterator[str]:
    """Yield the texts of a module or template that stand by themselves."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        yield from re.findall(r"\{% translate [\"'](.*?)[\"']", source)
        bare = re.sub(r"\{%.*?%\}|<[^>]+>", "\n", source)
        yield from (line.strip() for line in VALUE.sub("{}", bare).split("\n"))
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield VALUE.sub("{}", node.value)


def test_no_second_place_says_a_price() -> None:
    root = Path(settings.BASE_DIR)
    modules = (path for package in PACKAGES for path in (root / package).rglob("*.py"))
    found = {
        str(path.relative_to(root))
        for path in (*modules, *(root / "templates").rglob("*.html"))
        if any(PRICE.fullmatch(sentence) for sentence in sentences(path))
    }
    assert found == {"portal/core/localisation/money.py"}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.py", '_("from %(amount)s")'),
        ("a.py", 'f"{lower} to {upper}"'),
        ("a.py", 'x = "Price on request"'),
        ("a.html", "<td>{% if a %}from {{ a|money:b }}{% endif %}</td>"),
        ("a.html", "{% blocktranslate with a=b %}{{ a }} to {{ c }}{% endblocktranslate %}"),
        ("a.html", "{% translate 'on request' %}"),
        ("a.html", "<p>{% empty %}Price on request</p>"),
    ],
)
def test_a_second_place_is_seen(tmp_path: Path, name: str, source: str) -> None:
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    assert any(PRICE.fullmatch(sentence) for sentence in sentences(path))
