"""The house stands as it was drawn, and `requests` is ours."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.conf import settings
from django.core.checks import run_checks

import requests

PROJECT = Path(settings.BASE_DIR)


def test_imports_point_downwards_only() -> None:
    linter = subprocess.run(
        ["lint-imports"],
        executable=Path(sys.executable).with_name("lint-imports"),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linter.returncode == 0, linter.stdout


def test_the_linter_reports_an_import_upwards(tmp_path: Path) -> None:
    for name in ("high", "low"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "low" / "__init__.py").write_text("import high\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_packages =\n    high\n    low\n\n"
        "[importlinter:contract:tower]\nname = Tower\ntype = layers\nlayers =\n    high\n    low\n"
    )
    command = [Path(sys.executable).with_name("lint-imports")]
    linter = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert linter.returncode == 1
    assert "low is not allowed to import high" in linter.stdout


def test_requests_is_our_own_app() -> None:
    assert Path(str(requests.__file__)).resolve() == PROJECT / "requests" / "__init__.py"
    assert [error for error in run_checks() if error.id == "portal.E001"] == []


def test_the_library_named_requests_is_not_in_the_lock() -> None:
    lock = tomllib.loads((PROJECT / "uv.lock").read_text())
    names = {package["name"] for package in lock["package"]}
    assert "django" in names
    assert "requests" not in names


def test_the_library_named_requests_is_not_installed() -> None:
    site_packages = Path(sys.executable).parent.parent / "lib" / "python3.13" / "site-packages"
    assert not (site_packages / "requests").exists()


def test_modules_named_tasks_hold_celery_tasks() -> None:
    """Or what there is to do in a case, a subject on several floors of the app of cases."""
    modules = [
        path for app in ("portal", "requests", "clinics", "conditions") for path in (PROJECT / app).rglob("tasks.py")
    ]
    modules = [path for path in modules if path.parent.parent != PROJECT / "requests"]
    assert modules
    assert [str(path) for path in modules if "@shared_task" not in path.read_text()] == []


def test_every_folder_of_tests_is_a_package() -> None:
    """Without `__init__.py`, tests/requests/ would become the package `requests`."""
    folders = {path.parent for path in (PROJECT / "tests").rglob("*.py") if "node_modules" not in path.parts}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
