"""URLs of the static pages. Their namespace stays ``core``: templates and texts know them as ``core:page``."""

from django.urls import re_path

from portal.front.site import pages
from portal.front.views.pages import page

app_name = "core"

urlpatterns = [
    re_path(rf"^(?P<slug>{'|'.join(pages.SLUGS)})/$", page, name="page"),
]
