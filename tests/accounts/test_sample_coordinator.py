"""The sample coordinator exists in the embedded default and nowhere else."""

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from portal.accounts.models import User

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("create_sample_coordinator", stdout=out)
    return out.getvalue()


def test_not_outside_the_embedded_default(settings: Settings) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError):
        run()
    assert not User.objects.filter(email="coordinator@marus.example").exists()


def test_it_can_sign_in_and_is_told_again(settings: Settings, tmp_path: Path) -> None:
    settings.EMBEDDED, settings.VAR_DIR = True, tmp_path
    first = run()
    kept = tmp_path / "sample-coordinator"
    email, password = kept.read_text().splitlines()
    user = User.objects.get(email=email)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (user.name, user.is_staff, user.is_superuser) == ("Sample coordinator", True, False)
    assert user.roles == {"coordinator", "editor"}
    assert user.check_password(password)
    assert password in first
    assert run() == first
    assert User.objects.get(email=email).check_password(password)


@pytest.mark.parametrize("text", ["", "coordinator@marus.example", "coordinator@marus.example\n\n"])
def test_a_file_that_was_cut_off_is_made_anew(settings: Settings, tmp_path: Path, text: str) -> None:
    settings.EMBEDDED, settings.VAR_DIR = True, tmp_path
    kept = tmp_path / "sample-coordinator"
    kept.write_text(text)
    run()
    email, password = kept.read_text().splitlines()
    assert password not in ("", email)
    assert User.objects.get(email=email).check_password(password)
