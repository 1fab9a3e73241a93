"""What the hands of a patient do in a browser, for every test that goes through her pages."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.models import CaseLink
from requests.services import links
from tests.accounts.cast import staff_client
from tests.factories.requests import EMAIL
from tests.requests.delivery import deliver_all, to

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from portal.accounts.models import User
    from requests.models import Case

# By the end of the address of a question about health: what is ticked, and what is typed into which box.
HEALTH: dict[str, tuple[list[str], dict[str, str]]] = {
    "core-symptoms": ([], {"row_0_complaint": "ألم", "row_0_since_0": "3", "row_0_since_1": "2026"}),
    "core-diagnoses": ([], {"row_0_diagnosis": "Diabetes"}),
    "core-treated": (["no"], {}),
    "core-medicines-taken": (["yes"], {}),
    "core-medicines": ([], {"row_0_name": "Metformin", "row_0_dose": "500 mg"}),
    "core-allergy": (["no"], {}),
    "core-general-condition": (["ecog-2"], {}),
    "core-pregnancy": (["not-for-me"], {}),
    "core-infections": (["none"], {}),
    "core-implants": (["pacemaker"], {}),
    "core-imaging": ([], {"row_0_scan": "CT", "row_0_when_1": "2026"}),
    "core-question": ([], {"answer": "Is an operation possible?"}),
}


def click(page: "Page", selector: str) -> None:
    """Press the first of what a selector finds, and wait for the next page."""
    page.locator(selector).first.click()
    page.wait_for_load_state()


def fits(page: "Page") -> bool:
    """Whether a page does not scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def open_case_of(page: "Page", case: "Case") -> None:
    """Open a case by a mailed link, as its patient does."""
    page.goto(urlsplit(links.address(CaseLink.objects.create(case=case))).path)
    click(page, "main form button")


def sit_down_at_the_desk(page: "Page", user: "User", url: str) -> None:
    """Make a browser that of a colleague who has signed in."""
    cookies = staff_client(user).cookies.values()
    page.context.add_cookies([{"name": row.key, "value": row.value, "url": url} for row in cookies])


# ── A task of one question a page ────────────────────────────────────────────────────────────


def code_of(page: "Page") -> str:
    """Return the end of the address: the code of a question, or "check"."""
    return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]


def go_on(page: "Page", name: str = "") -> None:
    """Press the button that saves, or the one of another way to answer."""
    click(page, f"#flow-form button[name=state][value={name}]" if name else "#flow-form .actions button:not([name])")


def fill_in(page: "Page", answers: dict[str, tuple[list[str], dict[str, str]]]) -> None:
    """Tick and type what ``answers`` hold for the question of a page."""
    ticked, typed = answers[code_of(page)]
    for value in ticked:
        page.locator(f"#flow-form input[value={value}]").check()
    for name, words in typed.items():
        page.locator(f"#flow-form [name={name}]").fill(words)


# ── An estimate ──────────────────────────────────────────────────────────────────────────────


def accept_with_the_mailed_code(page: "Page") -> None:
    """Ask for the code on the page that says what is accepted, read it in the mail, and enter it."""
    deliver_all()
    click(page, "button[name=send]")
    [mail] = to(EMAIL, deliver_all())
    [code] = re.findall(r"\b\d{6}\b", str(mail.body))
    page.fill("#id_code", code)
    click(page, "#code-form button")
