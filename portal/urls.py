"""All addresses of the portal."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from portal.core.health.views import healthz, metrics_page, readyz

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    path("metrics", metrics_page, name="metrics"),
    path("admin/", admin.site.urls),
    # Addresses are given by an administrator; a second, unverified one would keep a person from the desk.
    path("accounts/email/", RedirectView.as_view(pattern_name="mfa_index"), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("", include("portal.front.root_urls")),
    path("", include("clinics.root_urls")),
]
urlpatterns += i18n_patterns(
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
