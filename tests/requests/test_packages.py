"""The comparison of the support packages as its readers see it."""

import pytest
from django.test import Client

from requests.models import SupportPackage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Never included: treatment itself, visa fee, flights and insurance."),
        ("ru", "Никогда не входит: само лечение, визовый сбор, перелёт и страховка."),
        ("ar", "غير مشمول أبدًا: العلاج نفسه ورسم التأشيرة وتذاكر الطيران والتأمين."),
    ],
)
def test_every_card_says_what_is_never_included(client: Client, language: str, sentence: str) -> None:
    packages = SupportPackage.objects.filter(is_published=True).count()
    for path in ("packages/", "conditions/liver-metastases/"):
        page = client.get(f"/{language}/{path}").content.decode()
        assert (path, page.count(sentence)) == (path, packages)


def test_a_package_takes_the_condition_along(client: Client) -> None:
    page = client.get("/en/packages/?condition=liver-metastases&clinic=../x").content.decode()
    assert page.count("/en/requests/new/?package=") == 3
    assert page.count("condition=liver-metastases") == 3
    assert "../x" not in page
