"""What patients tell us, and the secrets of second factors, are readable nowhere: not in the database, the broker, logs, mails or file names."""

import base64
import json
import re
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import EventKind
from requests.models import Case, Event, Submission
from requests.services import effects
from tests.accounts.cast import enrol, staff_client
from tests.accounts.way_in import code
from tests.factories import make_pack, make_staff, submit
from tests.faults import canaries
from tests.faults.visitor import FORM, Visitor
from tests.services import MailServer, Portal, RedisServer
from tests.services.process import wait_until

pytestmark = pytest.mark.faults

# The steps of the desk that have a page of their own.
OPENED = ("estimate", "facts/name", "continuity")
ADDRESSES = "%(method)s %(path)s?%(query_string)s %(status)d"
LINK = re.compile(r"http://127\.0\.0\.1:\d+(/en/case/\S+/)")
ANSWERS = {
    "for_whom": "me",
    "condition": "liver-metastases",
    "procedure": "surgery",
    "country": "AE",
    "speak": "en",
    "name": canaries.NAME,
    "email": canaries.EMAIL,
    "channel": "phone",
    "phone": "050 917 2638",
    "best_time": canaries.BEST_TIME,
    "message": canaries.STORY,
    "consent_processing": "on",
    "consent_health": "on",
}


def await_outbox(what: str) -> None:
    """Wait until nothing is owed to anybody."""
    waiting = OutboxItem.objects.filter(state__in=["queued", "in_flight"])
    wait_until(lambda: not waiting.exists(), seconds=60, what=what)


def patient_sends(patient: Visitor, mail: MailServer) -> Case:
    """Send the form with a mistake, mended, and once more with other words, while the mail server has a bad moment."""
    mail.refuse(451, only=canaries.EMAIL)
    page = patient.open(FORM)
    assert patient.post(FORM, page, {**ANSWERS, "consent_health": ""}).status_code == 422
    assert patient.post(FORM, page, ANSWERS).status_code == 302
    changed = {**ANSWERS, "message": f"{canaries.STORY} I forgot: {canaries.STORY}"}
    assert patient.post(FORM, page, changed).status_code == 302
    case = Case.objects.get()
    assert Submission.objects.filter(case=case).count() == 2
    wait_until(lambda: OutboxItem.objects.exclude(error="").exists(), seconds=30, what="a mail was put off")
    mail.accept()
    await_outbox("receipts and estimates are sent")
    return case


def patient_writes(patient: Visitor, case: Case, portal: Portal, mail: MailServer) -> None:
    """Open the mailed link and write to the team while no worker is there, then ask for another link."""
    portal["worker"].stop()
    texts = [text for place, text in canaries.mails(mail).items() if "to the patient" in place]
    found = LINK.search(texts[0])
    assert found, texts[0]
    assert patient.post(found[1], patient.open(found[1]), {}).status_code == 302
    patient.write(case.reference, canaries.TO_TEAM)
    ask = {"reference": case.reference, "email": canaries.EMAIL}
    assert patient.post("/en/case/", patient.open("/en/case/"), ask).status_code == 200
    await_outbox("the relay has told the desk")
    portal.start("worker")


def desk_works(desk: Visitor, case: Case) -> None:
    """Look for the case, read it, take it, note, answer, issue an estimate and a supplement, and correct the name."""
    listed = desk.open("/admin/requests/case/")
    for term in (canaries.EMAIL, "+971 50 917 2638"):
        response = desk.post("/admin/requests/case/find/", listed, {"term": term})
        assert case.reference in desk.open(response.headers["Location"])
    address = f"/admin/requests/case/{case.pk}"
    page = desk.open(f"{address}/change/")
    assert canaries.NAME in page
    steps: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"me": "1"}),
        ("note", {"note-body": canaries.NOTE}),
        ("answer", {"answer-body": canaries.FROM_TEAM}),
        ("move/triage", {}),
        ("estimate", estimate()),
        ("estimates/{estimate}/accepted", {"stated_by": "patient", "way": "phone", "said_on": str(team_today())}),
        ("estimate", {**estimate(), "terms-reason": canaries.REASON}),
        ("facts/name", {"name": f"{canaries.NAME} Humdrumble"}),
        ("move/travel", {}),
        ("move/arrived", {}),
        ("move/in_treatment", {}),
        ("continuity", {**pack(), "save": "1"}),
    ]
    for name, fields in steps:
        step = name.format(estimate=case.estimates.get(version=1).pk) if "{" in name else name
        form = desk.open(f"{address}/{step}/") if step in OPENED else page
        assert desk.post(f"{address}/{step}/", form, fields).status_code == 302, step
    content = {"medicines": (), "no_medicines": "1", "letter": canaries.LETTER, "letter_ru": canaries.LETTER_RU}
    make_pack(Case.objects.get(pk=case.pk), by=User.objects.get(email="desk0@marus.example"), **content)
    # Its papers are made up, and nobody checks them here.
    OutboxItem.objects.filter(kind=effects.CHECK_DOCUMENT).update(state=OutboxItem.State.SENT)
    assert desk.post(f"{address}/continuity/", desk.open(f"{address}/continuity/"), pack()).status_code == 422
    await_outbox("the answer, the estimate and the pack are sent")


def finance_records(finance: Visitor, case: Case) -> None:
    """Record a payment of the case, and cancel the record."""
    address = "/admin/requests/paymentrecord"
    of_case = f"{address}/case/{case.reference}/"
    asked = {"kind": "asked", "amount": "100", "currency": "USD", "on": str(team_today())}
    typed = {**asked, "paper": canaries.PAYMENT_PAPER, "note": canaries.PAYMENT_NOTE}
    assert finance.post(of_case, finance.open(of_case), typed).status_code == 302
    assert canaries.PAYMENT_PAPER in finance.open(of_case)
    cancel = f"{address}/{case.payments.get().pk}/cancel/"
    assert finance.post(cancel, finance.open(cancel), {"reason": canaries.WHY_CANCELLED}).status_code == 302


def pack() -> dict[str, str]:
    return {
        "medicine-TOTAL_FORMS": "1",
        "medicine-INITIAL_FORMS": "0",
        "medicine-0-name": canaries.MEDICINE,
        "sign-TOTAL_FORMS": "1",
        "sign-INITIAL_FORMS": "0",
        "sign-0-what": canaries.SIGN,
        "follow_up-TOTAL_FORMS": "0",
        "follow_up-INITIAL_FORMS": "0",
        "letter-letter": canaries.LETTER,
        "letter-letter_ru": canaries.LETTER_RU,
    }


def estimate() -> dict[str, str]:
    return {
        "free-0-name": canaries.LINE,
        "free-0-name_ru": canaries.LINE_RU,
        "free-0-included": canaries.LINE_INCLUDED,
        "free-0-excluded": canaries.LINE_EXCLUDED,
        "free-0-quantity": "1",
        "free-0-amount_from": "100",
        "free-0-currency": "USD",
        "terms-valid_until": str(timezone.now().date() + timedelta(days=30)),
        "terms-how_we_are_paid": canaries.PAID,
        "terms-included": canaries.TERMS_INCLUDED,
        "terms-excluded": canaries.TERMS_EXCLUDED,
        "issue": "1",
    }


def address_is_refused(patient: Visitor, mail: MailServer) -> None:
    """Send another request while the mail server refuses the patient's address for good."""
    mail.refuse(550, only=canaries.EMAIL)
    page = patient.open(FORM)
    assert patient.post(FORM, page, ANSWERS).status_code == 302
    await_outbox("everything is sent or refused")
    assert Event.objects.filter(kind=EventKind.ADDRESS_REFUSED).exists()


def enrol_with_known_secrets(person: User) -> None:
    """Give somebody an app and recovery codes, and see that both work: what is stored can be opened."""
    enrol(person, canaries.APP_SECRET)
    with patch.object(RecoveryCodes, "generate_seed", lambda: canaries.CODES_SEED):
        codes = RecoveryCodes.activate(person)
    assert codes.validate_code(codes.get_unused_codes()[0])
    assert len(codes.get_unused_codes()) == 9
    app = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    assert app.wrap().validate_code(code(canaries.APP_SECRET))


def test_nothing_that_a_patient_wrote_can_be_read_anywhere(
    quick_portal: Portal, redis_server: RedisServer, smtp_sink: MailServer
) -> None:
    quick_portal["web"].command[-1:-1] = ["--access-log", "--access-log-fmt", ADDRESSES]
    quick_portal.start("web", "worker", "relay", "beat")
    with Visitor(quick_portal.url) as patient, Visitor(quick_portal.url) as desk, Visitor(quick_portal.url) as finance:
        person = User.objects.get(email="desk0@marus.example")
        enrol_with_known_secrets(person)
        cookies = staff_client(person).cookies
        desk.client.cookies.set("sessionid", cookies["sessionid"].value, domain="127.0.0.1")
        case = patient_sends(patient, smtp_sink)
        patient_writes(patient, case, quick_portal, smtp_sink)
        desk_works(desk, case)
        cookies = staff_client(make_staff(Role.FINANCE)).cookies
        finance.client.cookies.set("sessionid", cookies["sessionid"].value, domain="127.0.0.1")
        finance_records(finance, case)
        address_is_refused(patient, smtp_sink)
    places = canaries.everywhere(quick_portal, redis_server, smtp_sink)
    for place, proof in {
        "table requests_case": case.reference,
        "table requests_message": str(case.pk),
        "table requests_paymentrecord": str(case.pk),
        "table mfa_authenticator": "recovery_codes",
        "table django_admin_log": "COPY",
        "sessions": "case_links",
        "log of web": "/admin/requests/case/?q=",
        "log of PostgreSQL": 'STATEMENT:  INSERT INTO "requests_case"',
        "names of files": "files/",
    }.items():
        assert proof in places[place], place
    assert "SMTP 550" in places["log of worker"] + places["log of relay"]
    assert "portal.core.tasks.deliver" in "".join(text for place, text in places.items() if "Redis file" in place)
    assert list(case.estimates.values_list("version", "kind"))[:2] == [(2, "supplement"), (1, "final")]
    assert sum("to the desk" in place for place in places) >= 8
    assert sum("to the patient" in place for place in places) >= 7
    assert canaries.find(places) == set()


def test_every_place_is_searched(quick_portal: Portal, redis_server: RedisServer, smtp_sink: MailServer) -> None:
    case = submit(name=canaries.NAME, email=canaries.EMAIL, message=canaries.STORY)
    assert canaries.find(canaries.everywhere(quick_portal, redis_server, smtp_sink)) == set()

    Case.objects.filter(pk=case.pk).update(time_zone="Zephyrbrook/Home")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE requests_submission SET content = %s", [canaries.STORY.encode()])
        cursor.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) SELECT id, 'totp', %s, now() FROM accounts_user LIMIT 1",
            [json.dumps({"secret": canaries.APP_SECRET})],
        )
        cursor.execute("UPDATE requests_submission SET flags = %s", [json.dumps(["Grimplewick", "зюзябрик"])])
    person = User.objects.get(email="desk0@marus.example")
    LogEntry.objects.create(user=person, action_flag=CHANGE, object_repr="Quetzalina", change_message="")
    session = SessionStore()
    session["remark"] = 20 * canaries.BEST_TIME  # long ones are stored compressed
    session.save()
    with redis_server.client() as client:
        body = base64.b64encode(json.dumps([[canaries.NOTE], {}]).encode()).decode()
        client.lpush("celery", json.dumps({"body": body}))
        client.set("gone", canaries.FROM_TEAM)
        client.delete("gone")
    quick_portal["worker"].log.write_text(f"cannot call {canaries.PHONE}\n")
    stored = quick_portal.folder / "files" / "quetzal.post.pdf"
    stored.parent.mkdir()
    stored.write_text(quote("зюзябрик"))
    post(smtp_sink, "desk0@marus.example", canaries.TO_TEAM)
    post(smtp_sink, canaries.EMAIL, "We called 050 917 2638 in vain.")

    assert canaries.find(canaries.everywhere(quick_portal, redis_server, smtp_sink)) == {
        ("Zephyrbrook", "table requests_case"),
        ("snorfblatt", "table requests_submission"),
        ("зюзябрик", "table requests_submission"),
        ("Grimplewick", "table requests_submission"),
        (canaries.APP_SECRET, "table mfa_authenticator"),
        ("Quetzalina", "table django_admin_log"),
        ("wobblegong", "sessions"),
        ("humdrumble", "Redis key celery"),
        ("humdrumble", "Redis file appendonly.aof.1.incr.aof"),
        ("flumdiddle", "Redis file appendonly.aof.1.incr.aof"),
        (canaries.PHONE[1:], "log of worker"),
        ("quetzal.post", "names of files"),
        ("зюзябрик", "file quetzal.post.pdf"),
        ("Grimplewick", "mail 0 to the desk"),
        ("050 917 2638", "mail 1 to the patient"),
    }


def post(mail: MailServer, to: str, text: str) -> None:
    """Send a mail whose text is in base64."""
    message = EmailMessage()
    message["To"] = to
    message.set_content(text, cte="base64")
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        client.send_message(message, from_addr="portal@marus.example")
