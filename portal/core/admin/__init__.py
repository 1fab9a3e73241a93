"""The admin's ground: what every page of the desk has in common, and the reader of mail files."""

from django.contrib import admin

admin.site.index_title = "Desk"
