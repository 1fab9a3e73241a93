"""A working day at the desk: three coordinators and thirty cases, two of them at the same one, and how many clicks it takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import Status
from requests.models import Case, ContactLog, Message, cases
from requests.selectors.queue import adrift
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASES = 30


@dataclass
class Hand:
    """A colleague at their screen, who counts the clicks."""

    user: User
    page: "Page"
    clicks: int = 0

    def click(self, what: "Locator") -> None:
        what.click()
        self.page.wait_for_load_state()
        self.clicks += 1

    def since(self) -> int:
        """Return the clicks since this was asked last."""
        clicks, self.clicks = self.clicks, 0
        return clicks

    def queue(self) -> None:
        self.page.goto("/admin/")
        self.since()

    def row(self, case: Case) -> "Locator":
        return self.page.locator(".queue-table tr", has=self.page.locator(f'a[title="{case.reference}"]'))

    def open(self, case: Case) -> None:
        self.click(self.row(case).locator(".queue-who a"))

    def write(self, words: str) -> None:
        self.page.get_by_label("Answer the patient", exact=True).fill(words)
        self.click(self.page.get_by_role("button", name="Send the answer"))

    def sees(self, words: str) -> bool:
        return self.page.get_by_text(words).first.is_visible()


@pytest.fixture
def three(
    open_page: "Callable[..., Page]", live_server: "LiveServer", monkeypatch: pytest.MonkeyPatch
) -> tuple[Hand, Hand, Hand]:
    """Return three coordinators who have come in, with thirty new cases in the queue."""
    monkeypatch.setattr(cases, "ALPHABET", "23456789MW")
    condition = make_condition(name_en="Test illness")
    for number in range(CASES):
        submit(email=f"p{number}@example.org", phone=f"+9715012345{number:02}", condition=condition)
    hands = []
    for name in ("Anna", "Boris", "Vera"):
        user = make_staff(Role.COORDINATOR, name=name)
        cookie = next(iter(staff_client(user).cookies.values()))
        page = open_page(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto("/admin/")
        hands.append(Hand(user, page))
    return hands[0], hands[1], hands[2]


def test_a_day_of_three_coordinators(three: tuple[Hand, Hand, Hand]) -> None:
    anna, boris, vera = three
    first, second, third, fourth, *rest = Case.objects.order_by("created_at")
    two_want_the_same_case(anna, boris, first)
    two_answer_the_same_case(anna, boris, first)
    log_calls(boris, second)
    send_again(vera, third)
    merge(vera, fourth)

    # They share out what is left: one click to open each, one to send.
    for number, case in enumerate([third, fourth, *rest]):
        hand = three[number % 3]
        hand.queue()
        hand.open(case)
        hand.write("Thank you. Tell us please of which day the newest papers are.")
        assert hand.since() == 2

    # In the evening nothing is adrift: every open case has its owner and its next date.
    assert Case.objects.open().count() == CASES
    assert list(Case.objects.current().filter(adrift())) == []
    anna.queue()
    assert anna.row(first).locator(".queue-when").inner_text() not in ("", "no date")


def two_want_the_same_case(anna: Hand, boris: Hand, case: Case) -> None:
    """Both see a case that nobody has; the quicker one takes it with one click."""
    anna.click(anna.row(case).locator(".queue-take"))
    assert anna.since() == 1
    assert anna.sees("is yours.")
    boris.click(boris.row(case).locator(".queue-take"))
    assert boris.sees("is with Anna, who was quicker.")


def two_answer_the_same_case(anna: Hand, boris: Hand, case: Case) -> None:
    """Each is told of the other, one answer goes out, and the words of the other stay in the box."""
    anna.open(case)
    boris.open(case)
    assert boris.sees("Anna has this case open too.")
    boris.page.get_by_label("Answer the patient", exact=True).fill("Words of Boris")
    anna.since()
    anna.write("We read your papers. Please send the newest CT.")
    assert anna.since() == 1, "one click after typing"
    assert anna.sees("Your message goes out in 30 seconds")
    boris.click(boris.page.get_by_role("button", name="Send the answer"))
    assert boris.sees("Yours is not sent")
    assert boris.page.get_by_label("Answer the patient", exact=True).input_value() == "Words of Boris"
    assert Message.objects.filter(case=case).count() == 1


def log_calls(hand: Hand, case: Case) -> None:
    """A call is logged with two clicks; the clock stops only where somebody says that it answered."""
    hand.queue()
    hand.click(hand.row(case).locator(".queue-take"))
    hand.open(case)
    hand.since()
    for is_answer in (False, True):
        hand.click(hand.page.get_by_role("link", name="log this contact: Phone"))
        hand.page.get_by_label("What was said").fill("She asks what a stay costs; told her where the page says it.")
        hand.page.get_by_label("This answers what they wrote").set_checked(is_answer)
        hand.click(hand.page.get_by_role("button", name="Log a contact"))
        assert hand.since() == 2
        assert hand.sees("The contact is logged.")
        case.refresh_from_db()
        assert (case.waiting_since is None) == is_answer
    assert ContactLog.objects.filter(case=case).count() == 2


def send_again(hand: Hand, case: Case) -> None:
    """A mail that failed is sent again with two clicks."""
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    OutboxItem.objects.filter(pk=item.pk).update(state=OutboxItem.State.FAILED)
    hand.queue()
    hand.open(case)
    hand.click(hand.page.get_by_role("button", name="Send again"))
    assert hand.since() == 2
    assert hand.sees("It is queued again")


def merge(hand: Hand, case: Case) -> None:
    """Somebody who wrote twice becomes one case with three clicks from the queue."""
    twin = submit(email="p3@example.org", phone=case.phone, condition=case.condition)
    hand.queue()
    hand.open(twin)
    hand.click(hand.page.get_by_role("link", name=f"Merge into it… {case.reference}"))
    hand.click(hand.page.get_by_role("button", name="Duplicate of another case"))
    assert hand.since() == 3
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into_id) == (Status.DUPLICATE, case.pk)
