"""Fixtures of the made-up condition."""

import shutil
from pathlib import Path

import pytest

from conditions.models import Condition
from tests import frozen
from tests.conditions import catalogue


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    """A copy of the content files that a test may spoil, before an empty catalogue."""
    frozen.take(catalogue.EMPTY)
    return Path(shutil.copytree(catalogue.CONTENT, tmp_path / "content"))


@pytest.fixture
def condition(db: None) -> Condition:
    """Grey fever, loaded and published in all live languages; there is no other condition."""
    frozen.take(catalogue.GREY_FEVER)
    return Condition.objects.get(slug="grey-fever")
