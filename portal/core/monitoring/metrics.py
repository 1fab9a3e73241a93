"""Metrics for Prometheus: pages counted in the web processes, everything else read from the database.

Web processes share their counts through files in METRICS_DIR. Deliveries happen in other processes,
perhaps on other machines, so rows are the truth of them.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal.core.models import Heartbeat, OutboxItem
from portal.core.monitoring import heartbeats

WAITING = [OutboxItem.State.QUEUED, OutboxItem.State.IN_FLIGHT]
RECENT = timedelta(hours=1)
# A visitor may send any word as a method; each would be a line of its own.
METHODS = ("GET", "HEAD", "POST")

requests_total = Counter("marus_web_requests", "Answered requests.", ["view", "method", "status"])
public_pages_total = Counter("marus_public_pages", "Public pages, from memory (hit) or made anew (miss).", ["result"])
request_seconds = Histogram(
    "marus_web_request_seconds", "Time to answer.", ["view"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)

# Values of the labels, and the figure.
type Row = tuple[list[str], float]
type Read = Callable[[], Iterable[Row]]


# What reads the gauges from the database, at each scrape.
_gauges: list[Callable[[], GaugeMetricFamily]] = []


def gauge(name: str, about: str, *labels: str) -> Callable[[Read], Read]:
    """Register the decorated function as what reads the gauge ``name``; labels are kinds and states, no ids."""

    def register(read: Read) -> Read:
        def read_family() -> GaugeMetricFamily:
            family = GaugeMetricFamily(name, about, labels=labels)
            for values, figure in read():
                family.add_metric(values, figure)
            return family

        _gauges.append(read_family)
        return read

    return register


class DatabaseCollector(Collector):
    """Reads every gauge; without a database only the one that says so."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("marus_database_up", "Whether the database answers.")
        try:
            # All are read before one is yielded: a database that goes away halfway leaves none of them.
            yield from [read_family() for read_family in _gauges]
        except Error:
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
        yield up


def page() -> bytes:
    """Return all figures in the text format of Prometheus."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]  # it has no types
    registry.register(DatabaseCollector())
    return generate_latest(registry)


class MetricsMiddleware:
    """Counts answers by the name of their view; not used without METRICS_TOKEN."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        # An address is resolved only when its page is not in memory.
        public = getattr(response, "view_name", "")
        view = request.resolver_match.view_name if request.resolver_match else public or "none"
        if public:
            public_pages_total.labels("miss" if request.resolver_match else "hit").inc()
        method = request.method if request.method in METHODS else "other"
        requests_total.labels(view, method, response.status_code).inc()
        request_seconds.labels(view).observe(time.perf_counter() - start)
        return response


@gauge("marus_outbox_rows", "Rows of the outbox; those that were sent stay for 30 days.", "kind", "state")
def outbox_rows() -> Iterator[Row]:
    counted = OutboxItem.objects.order_by().values_list("kind", "state").annotate(number=Count("pk"))
    for kind, state, number in counted:
        yield [kind, state], number


@gauge("marus_outbox_oldest_seconds", "Age of the oldest row that is owed.", "kind")
def outbox_age() -> Iterator[Row]:
    now = timezone.now()
    owed = OutboxItem.objects.filter(state__in=WAITING, created_at__lte=now).order_by()
    for kind, oldest in owed.values_list("kind").annotate(oldest=Min("created_at")):
        yield [kind], (now - oldest).total_seconds()


@gauge("marus_deliveries_last_hour", "Rows delivered within the last hour, mails and PDFs.", "kind")
def deliveries() -> Iterator[Row]:
    sent = OutboxItem.objects.filter(state=OutboxItem.State.SENT, sent_at__gt=timezone.now() - RECENT).order_by()
    for kind, number in sent.values_list("kind").annotate(number=Count("pk")):
        yield [kind], number


@gauge("marus_heartbeat_age_seconds", "Since the last sign of life of a kind of process.", "process")
def heartbeat_ages() -> Iterator[Row]:
    now = timezone.now()
    for name, at in Heartbeat.objects.filter(name__in=heartbeats.NAMES).values_list("name", "at"):
        yield [name], (now - at).total_seconds()
