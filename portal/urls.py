"""All addresses of the portal."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal.core.health.views import healthz, metrics_page, readyz

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("portal.accounts.root_urls")),
    path("", include("portal.front.root_urls")),
    path("", include("clinics.root_urls")),
]
urlpatterns += i18n_patterns(
    path("accounts/", include("portal.accounts.urls")),
    path("", include("portal.front.urls")),
    path("", include("clinics.urls")),
    path("", include("requests.urls")),
    path("", include("portal.front.page_urls")),
)
handler400 = "portal.front.views.errors.bad_request"
handler403 = "portal.front.views.errors.forbidden"
handler429 = "portal.front.views.errors.too_many_requests"
handler404 = "portal.front.views.errors.not_found"
handler500 = "portal.front.views.errors.server_error"
