"""The bare page of `make bench` says what the page of the portal says, so that the comparison is fair."""

import pytest
from django.conf import settings
from django.template import Context, Engine

from tests.load import flat

pytestmark = pytest.mark.django_db


def test_the_bare_page_says_the_same_words() -> None:
    html = flat.page_of_the_portal()
    # As a project of `startproject` has it: Django's own tags and filters alone.
    template = Engine().from_string(flat.template(html, settings.BASE_DIR / "templates"))
    ours, theirs = flat.words(html), flat.words(template.render(Context(flat.content())))
    assert next((pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]), None) is None
    assert len(ours) == len(theirs)
