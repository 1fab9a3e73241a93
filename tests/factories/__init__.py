"""Factories of rows for tests."""

from tests.factories.catalogue import (
    give_feedback,
    make_clinic,
    make_condition,
    make_contact,
    make_package,
    make_price,
    make_procedure,
    make_source,
    rewrite,
)
from tests.factories.people import make_staff
from tests.factories.photos import make_photo
from tests.factories.requests import (
    answers,
    make_answer,
    make_brief,
    make_document,
    make_offer,
    make_pack,
    make_payment,
    make_referral,
    submission_content,
    submit,
)

__all__ = [
    "answers",
    "give_feedback",
    "make_answer",
    "make_brief",
    "make_clinic",
    "make_condition",
    "make_contact",
    "make_document",
    "make_offer",
    "make_pack",
    "make_package",
    "make_payment",
    "make_photo",
    "make_price",
    "make_procedure",
    "make_referral",
    "make_source",
    "make_staff",
    "rewrite",
    "submission_content",
    "submit",
]
