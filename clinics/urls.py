"""Addresses of the directory."""

from django.urls import path

from clinics import views

app_name = "clinics"

urlpatterns = [
    path("clinics/", views.clinic_list, name="clinic_list"),
    path("clinics/<slug:slug>/", views.clinic, name="clinic"),
]
