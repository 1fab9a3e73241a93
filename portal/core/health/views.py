"""Answers for monitors: liveness of this process, readiness of the portal, figures for Prometheus."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from portal.core.health import readiness
from portal.core.monitoring import metrics


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can serve: 200 with a database, 503 without."""
    try:
        readiness.database()
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say part by part whether the portal as a whole does its work: 200 when all do, else 503."""
    parts = readiness.report()
    is_ready = all(result == readiness.OK for result in parts.values())
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)


@login_not_required
@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for who knows METRICS_TOKEN; without one this page does not exist."""
    wanted, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not constant_time_compare(given, wanted):
        raise Http404
    return HttpResponse(metrics.page(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
