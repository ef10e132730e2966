"""What mail systems report of our messages: only what failed is a bounce."""

import email
import email.policy

import pytest
from engine import autoreply, reports
from hypothesis import given, strategies as st

OURS = "<1.dso@company.example.com>"


def make(report_type, part_type, fields, returned="text/rfc822-headers", headers=""):
    """A report as mail servers write it."""
    back = f"Message-Id: {OURS}\nSubject: Reminder\n"
    last = f"--B\nContent-Type: {returned}\n\n{back}\n" if returned else ""
    text = (
        f"From: postmaster@acme.example.com\n{headers}MIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="B"\n\n'
        f"--B\nContent-Type: text/plain\n\nWords for people.\n\n"
        f"--B\nContent-Type: {part_type}\n\n{fields}\n\n{last}--B--\n"
    )
    return email.message_from_string(text, policy=email.policy.SMTP)


def delivery(*actions, **options):
    groups = ["Reporting-MTA: dns; mx.acme.example.com"]
    for number, action in enumerate(actions, start=1):
        groups.append(f"Final-Recipient: rfc822; r{number}@acme.example.com\n{action}")
    return make("delivery-status", "message/delivery-status", "\n\n".join(groups), **options)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Action: failed", reports.FAILED),
        ("Action: FAILED (no such user)", reports.FAILED),
        ("Action: delayed", reports.DELAYED),
        ("Action: delivered", reports.DELIVERED),
        ("Action: relayed", reports.DELIVERED),
        ("Action: expanded", reports.DELIVERED),
        # the action decides, whatever the status is
        ("Action: delayed\nStatus: 5.0.0", reports.DELAYED),
        ("Action: failed\nStatus: 4.4.7", reports.FAILED),
        # old servers leave it out
        ("Status: 5.1.1", reports.FAILED),
        ("Status: 4.4.1", reports.DELAYED),
        ("Status: 2.0.0", reports.DELIVERED),
        ("Diagnostic-Code: smtp; what", None),
        ("Action: pondered\nStatus: 5.1.1", None),
    ],
)
def test_delivery(action, kind):
    report = reports.read(delivery(action))
    assert report.kind == kind
    assert report.message_ids == (OURS,)


def test_the_worst_counts_and_names_who_failed():
    report = reports.read(delivery("Action: delivered", "Action: failed", "Action: delayed"))
    assert report.kind == reports.FAILED
    assert [one.addresses for one in report.failed] == [("r2@acme.example.com",)]


def test_forwarded():
    report = reports.read(
        delivery("Original-Recipient: rfc822;ann@acme.example.com\nAction: failed")
    )
    assert report.failed[0].addresses == ("r1@acme.example.com", "ann@acme.example.com")


@pytest.mark.parametrize(
    ("disposition", "kind"),
    [
        ("manual-action/MDN-sent-manually; displayed", reports.READ),
        ("automatic-action/MDN-sent-automatically; Displayed/error", reports.READ),
        ("automatic-action/MDN-sent-automatically; deleted", reports.RECEIPT),
        ("automatic-action/MDN-sent-automatically; dispatched", reports.RECEIPT),
        ("", reports.RECEIPT),
    ],
)
def test_receipt(disposition, kind):
    fields = (
        "Final-Recipient: rfc822;ann@acme.example.com\n"
        f"Original-Message-ID: {OURS}\nDisposition: {disposition}"
    )
    message = make(
        "disposition-notification", "message/disposition-notification", fields, returned=None
    )
    report = reports.read(message)
    assert (report.kind, report.message_ids) == (kind, (OURS,))
    assert report.recipients[0].addresses == ("ann@acme.example.com",)


def test_abuse():
    message = make(
        "feedback-report",
        "message/feedback-report",
        "Feedback-Type: abuse\nVersion: 1",
        returned="message/rfc822",
    )
    assert reports.read(message) == reports.Report(reports.ABUSE, (), (OURS,))


@pytest.mark.parametrize(
    ("report_type", "kind"),
    [
        ("disposition-notification", reports.RECEIPT),
        ("feedback-report", reports.ABUSE),
        ("delivery-status", None),
    ],
)
def test_without_its_part(report_type, kind):
    assert reports.read(make(report_type, "text/plain", "nothing")).kind == kind


def test_microsoft_gives_new_names():
    headers = f"X-Microsoft-Original-Message-ID: {OURS}\nMessage-Id: <new@outlook.example.com>\n"
    message = make("delivery-status", "message/delivery-status", "Action: failed", returned=None)
    part = email.message_from_string(
        f"Content-Type: text/rfc822-headers\n\n{headers}", policy=email.policy.SMTP
    )
    message.attach(part)
    assert OURS in reports.read(message).message_ids


def test_a_report_that_came_back_in_a_report_is_not_looked_into():
    inner = delivery("Action: failed").as_string()
    outer = make("disposition-notification", "text/plain", "x", returned=None)
    part = email.message_from_string(
        f"Content-Type: message/rfc822\n\n{inner}", policy=email.policy.SMTP
    )
    outer.attach(part)
    assert reports.read(outer).kind == reports.RECEIPT


def test_an_ordinary_message_is_no_report():
    message = email.message_from_string("Subject: Re: Reminder\n\nWe pay.\n")
    assert reports.read(message) is None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_only_what_failed_is_a_bounce(action):
    message = delivery(f"Action: {action}")
    headers = {"content-type": [message["Content-Type"]], "x-failed-recipients": ["a@b.example"]}
    kind = autoreply.classify(headers, "Delivery", "mailer-daemon@x", reports.read(message))
    assert kind == autoreply.AUTOMATIC
    failed = reports.read(delivery("Action: failed"))
    assert autoreply.classify(headers, "", "ann@x", failed) == autoreply.BOUNCE


@given(st.binary(max_size=400), st.sampled_from(["delivery-status", "disposition-notification"]))
def test_garbage_breaks_nothing(garbage, kind):
    head = f'Content-Type: multipart/report; report-type={kind}; boundary="B"\n\n--B\n'
    head += f"Content-Type: message/{kind}\n\n"
    for policy in (email.policy.SMTP, email.policy.compat32):
        reports.read(email.message_from_bytes(head.encode() + garbage, policy=policy))
