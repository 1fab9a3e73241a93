"""Stored HTML of editions, so that no reader waits for it to be made."""

from collections.abc import Iterator
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from conditions import edition_html
from conditions.edition_html import PARTS
from conditions.models import Area, Condition, Edition, EditionHtml
from conditions.models.editions import list_columns
from conditions.selectors.editions import in_order
from portal.core.bulk.batches import Progress, in_batches
from portal.core.caching import content_version

BATCH = 100

# An edition, and the language of its readers.
type Reading = tuple[int, str]


def render(condition_id: int) -> int:
    """Make the HTML of what the public reads of a condition now, as far as it is missing or stale.

    That of editions which nobody reads any more goes. Returns how many rows were made; the caller has locked the
    condition.
    """
    read = _read(condition=condition_id)
    wanted = _readings(read)
    languages = list(in_order(read.get(condition_id, {})))
    of_condition = EditionHtml.objects.filter(edition__condition=condition_id)
    stored = of_condition.values_list("pk", "edition", "language")
    of_condition.exclude(pk__in=[pk for pk, edition, language in stored if (edition, language) in wanted]).delete()
    # Sorted, because groupby only joins neighbours.
    missing = sorted(wanted - _fresh(of_condition))
    editions = Edition.objects.in_bulk({edition_id for edition_id, _language in missing})
    rows = []
    for edition_id, readings in groupby(missing, key=lambda reading: reading[0]):
        edition = editions[edition_id]
        made = edition_html.render(
            edition.content,
            number=edition.number,
            published_at=edition.published_at,
            readers=[language for _edition, language in readings],
        )
        rows += [
            EditionHtml(edition=edition, language=language, design=edition_html.design(), **vars(parts))
            for language, parts in made.items()
        ]
    # One row, not one for each design: the release before renders live meanwhile (docs/decisions/0035).
    EditionHtml.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["edition", "language"], update_fields=["design", *PARTS]
    )
    changed = of_condition.exclude(languages=languages).update(languages=languages)
    if rows or changed:
        content_version.renew()
    return len(rows)


def render_all() -> Iterator[Progress]:
    """Bring the columns and the HTML of all editions up to date, a condition at a time, and yield how far it is.

    May run while the portal serves, and be killed and started again: what is up to date already is left alone.
    """
    yield from _fill_columns()
    conditions = list(Condition.objects.order_by("pk").values_list("pk", flat=True))
    for done, condition_id in enumerate(conditions, start=1):
        with transaction.atomic():
            # Publishing and withdrawing hold the same lock.
            Condition.objects.select_for_update().filter(pk=condition_id).first()
            render(condition_id)
        yield Progress(EditionHtml, done, len(conditions))


def stale() -> int:
    """Return how many pages readers get rendered live, and how many editions lack their columns, in one sum."""
    return len(_readings(_read()) - _fresh(EditionHtml.objects.all())) + Edition.objects.filter(name=None).count()


def _read(**about: int) -> dict[int, dict[str, int]]:
    """Return the edition in each live language that has one, by condition, of one or of all."""
    editions = Edition.objects.current().order_by().filter(language__in=settings.LIVE_LANGUAGES, **about)
    by_condition: dict[int, dict[str, int]] = {}
    for condition, language, pk in editions.values_list("condition", "language", "pk"):
        by_condition.setdefault(condition, {})[language] = pk
    return by_condition


def _readings(read: dict[int, dict[str, int]]) -> set[Reading]:
    """Return which edition the readers of each live language get."""
    pairs = ((rows, language) for rows in read.values() for language in settings.LIVE_LANGUAGES)
    readings = ((rows.get(language, rows.get(settings.LANGUAGE_CODE)), language) for rows, language in pairs)
    return {(pk, language) for pk, language in readings if pk is not None}


def _fresh(stored: QuerySet[EditionHtml]) -> set[Reading]:
    return set(stored.filter(design=edition_html.design()).values_list("edition", "language"))


def _fill_columns() -> Iterator[Progress]:
    """Fill the columns of editions that the release before has inserted since the migration."""
    areas = dict(Area.objects.values_list("slug", "pk"))
    empty = Edition.objects.filter(name=None)
    total, done = empty.count(), 0
    for batch in in_batches(empty.select_related("condition"), BATCH):
        for edition in batch:
            columns = list_columns(edition.content)
            area_id = areas.get(edition.content["area"]["slug"], edition.condition.area_id)
            # Not ``save``: search would follow, and nothing that it knows has changed.
            Edition.objects.filter(pk=edition.pk).update(**columns, area=area_id)
        content_version.renew()
        done += len(batch)
        yield Progress(Edition, done, total)
