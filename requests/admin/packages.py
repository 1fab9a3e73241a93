"""Admin pages of support packages and what they contain, language by language."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.core.admin.translated import TranslatedAdmin, TranslatedInline
from requests.models import PackageLine, PackageTerm, SupportPackage


class TermInline(TranslatedInline):
    """What a package says about each line."""

    model = PackageTerm
    shared = (("line", "value"), ("call_days",))
    collapsible = False


@admin.register(SupportPackage)
class PackageAdmin(TranslatedAdmin):
    """A tier of help."""

    empty_list = _("Packages of help that patients choose from. Without a published one the page of packages is empty.")
    list_display = ("name", "order", "is_published")
    shared = (("slug", "order", "is_published"),)
    inlines = (TermInline,)


@admin.register(PackageLine)
class PackageLineAdmin(TranslatedAdmin):
    """A line that packages are compared by."""

    empty_list = _(
        "The lines that packages are compared by. Add them first, then say in each package what it holds of them."
    )
    list_display = ("name", "order")
    shared = (("code", "order"),)
