"""Addresses of the front app, behind the language."""

from django.urls import path

from portal.front.views import areas, condition_page, conditions, feedback, home, pictures, search

app_name = "front"

urlpatterns = [
    path("", home.home, name="home"),
    path("og.png", pictures.site_image, name="site_image"),
    path("conditions/", conditions.condition_list, name="condition_list"),
    path("conditions/<slug:slug>/", condition_page.condition, name="condition"),
    path("conditions/<slug:slug>/sources/", conditions.sources, name="condition_sources"),
    path("conditions/<slug:slug>/questions/", conditions.questions, name="condition_questions"),
    path("conditions/<slug:slug>/documents/", conditions.checklist, name="condition_documents"),
    path("conditions/<slug:slug>/changes/", conditions.changes, name="condition_changes"),
    path("conditions/<slug:slug>/feedback/", feedback.feedback, name="condition_feedback"),
    path("conditions/<slug:slug>/feedback/sent/", feedback.sent, name="condition_feedback_sent"),
    path("conditions/<slug:slug>/preview/", condition_page.preview, name="condition_preview"),
    path("conditions/<slug:slug>/page.pdf", conditions.page_pdf, name="condition_pdf"),
    path("conditions/<slug:slug>/og.png", pictures.condition_image, name="condition_image"),
    path("areas/<slug:slug>/", areas.area, name="area"),
    path("search/", search.search, name="search"),
]
