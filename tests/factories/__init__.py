"""Factories of rows for tests."""

from tests.factories.catalogue import (
    give_feedback,
    make_clinic,
    make_condition,
    make_package,
    make_price,
    make_procedure,
    make_source,
    rewrite,
)
from tests.factories.people import make_staff
from tests.factories.photos import make_photo
from tests.factories.requests import answers, make_document, submission_content, submit

__all__ = [
    "answers",
    "give_feedback",
    "make_clinic",
    "make_condition",
    "make_document",
    "make_package",
    "make_photo",
    "make_price",
    "make_procedure",
    "make_source",
    "make_staff",
    "rewrite",
    "submission_content",
    "submit",
]
