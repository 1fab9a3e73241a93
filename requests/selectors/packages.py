"""Reads of the support packages."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from django.utils.translation import gettext as _

from portal.core.content.translated_columns import CompiledQuery, columns, texts, untranslated
from portal.core.localisation import formats
from requests.enums import LineValue
from requests.models import PackageLine, SupportPackage
from requests.models.packages import PackageTerm, exclusions

CARD_WORDS = ("name", "summary", "never_included")


@dataclass(frozen=True)
class ComparedLine:
    """One row of the comparison. Cells stand in package order: its name, words, whether it offers the line."""

    name: str
    cells: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class PackageCard:
    """A package in a list."""

    slug: str
    name: str
    summary: str
    never_included: str


@dataclass(frozen=True)
class PackageComparison:
    """The packages that people may choose, in order, and their lines beside each other."""

    packages: list[SupportPackage]
    lines: list[ComparedLine]

    @cached_property
    def never_included(self) -> list[str]:
        """What no package includes, without repetition."""
        return list(dict.fromkeys(text for package in self.packages for text in package.exclusions))


def cards(language: str) -> list[PackageCard]:
    """Return what a list shows of the published packages, in order; one query."""
    return [_card(row["slug"], language, **texts(row, language, CARD_WORDS)) for row in _cards(language).rows()]


@cache
def _cards(language: str) -> CompiledQuery:
    published = untranslated(SupportPackage).filter(is_published=True)
    return CompiledQuery(published.values("slug", *columns(language, *CARD_WORDS)))


def _card(slug: str, language: str, *, name: str, summary: str, never_included: str) -> PackageCard:
    return PackageCard(slug, name, summary, _listed(never_included, language) if never_included else "")


@lru_cache(maxsize=256)
def _listed(lines: str, language: str) -> str:
    """Join what is never included, one a line, into a list in words."""
    return formats.names(exclusions(lines), language)


def comparison() -> PackageComparison:
    """Return the published packages line by line; three queries."""
    packages = list(SupportPackage.objects.filter(is_published=True))
    terms = PackageTerm.objects.filter(package__in=packages)
    by_place = {(term.line_id, term.package_id): term for term in terms}
    lines = [
        ComparedLine(line.name, [(package.name, *cell(by_place.get((line.pk, package.pk)))) for package in packages])
        for line in PackageLine.objects.all()
        if any((line.pk, package.pk) in by_place for package in packages)
    ]
    return PackageComparison(packages, lines)


def cell(term: PackageTerm | None) -> tuple[str, bool]:
    """Say in words what a package offers for a line."""
    if term is None or term.value == LineValue.NOT_OFFERED:
        return str(LineValue.NOT_OFFERED.label), False
    label = str(term.get_value_display())
    if not term.detail:
        return label, True
    if term.value == LineValue.QUANTITY:
        return term.detail, True
    return _("%(value)s: %(detail)s") % {"value": label, "detail": term.detail}, True
