"""Reviewers: which accounts belong to doctors, and how pages name them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from conditions.models import Reviewer
from portal.core.admin.translated import TranslatedAdmin


@admin.register(Reviewer)
class ReviewerAdmin(TranslatedAdmin):
    """A doctor who reviews. Only administrators make one, so that nobody names a doctor who is none."""

    empty_list = _(
        "Doctors who put their name on pages that they have read. Give the account the role “Medical reviewer” too."
    )
    list_display = ("name", "credential", "user")
    list_select_related = ("user",)
    shared = ("user",)
