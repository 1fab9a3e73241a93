"""Addresses of the directory."""

from django.urls import path

from clinics.views import compare, lists, profiles

app_name = "clinics"

urlpatterns = [
    path("clinics/", lists.clinic_list, name="clinic_list"),
    path("clinics/compare/", compare.compare, name="compare"),
    path("clinics/<slug:slug>/", profiles.clinic, name="clinic"),
    path("doctors/", lists.doctor_list, name="doctor_list"),
    path("doctors/<slug:slug>/", profiles.doctor, name="doctor"),
    path("care-assistants/", lists.care_assistant_list, name="care_assistant_list"),
    path("care-assistants/<slug:slug>/", profiles.care_assistant, name="care_assistant"),
    path("how-this-list-is-ordered/", lists.how_ordered, name="how_ordered"),
]
