"""Memory of web processes and long worker while a study comes, is checked and leaves: nobody holds it."""

from pathlib import Path

import pytest

from tests.load import uploads
from tests.memory import MEGABYTE
from tests.papers import write_study
from tests.services import Portal

pytestmark = pytest.mark.slow

# Far more than may be held of it.
STUDY = 120 * MEGABYTE
MAY_GROW = 40 * MEGABYTE


def test_nobody_holds_a_study_that_comes_is_checked_or_leaves(portal: Portal, tmp_path: Path) -> None:
    small, study = tmp_path / "small.dcm", tmp_path / "study.dcm"
    write_study(small, MEGABYTE // 10)
    write_study(study, STUDY)
    grown = uploads.memory(portal, small, study)
    steps = {f"{name}, {step}": size for name in ("web", "long") for step, size in grown[name].items()}
    assert len(steps) == 6
    assert {step: size for step, size in steps.items() if size > MAY_GROW} == {}
