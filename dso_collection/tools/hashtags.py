"""The table of hashtags: one line each. The help page, the suggestions of the editors and the check
on save are made from it; ``hashtag_values`` has the functions that it names."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from odoo import api
from odoo.tools.translate import LazyTranslate

from ..engine import hashtags
from . import hashtag_values as get

_lt = LazyTranslate(__name__)

#: Marks the hashtags of a template itself while the values of its placeholders are mixed in, so
#: that no value can act as one. New in each process: nothing that is stored can contain it.
TOKEN = f"dso{secrets.token_hex(8)}"

SECTIONS = {
    "items": _lt("Items"),
    "penalties": _lt("Late payment penalties"),
    "words": _lt("Amounts in words"),
    "customer": _lt("Customer"),
    "collector": _lt("Collector"),
    "company": _lt("Company"),
    "follow_up": _lt("Leader, status and dates"),
}


class Hashtag(NamedTuple):
    """One line of the table. ``kind`` is ``text``, ``amount`` or ``block``."""

    name: str
    section: str
    kind: str
    description: object
    function: get.Function


#: What the families of items are called in a name and in a description.
_FAMILIES = (
    ("selected", "_selected", _lt("the items of the action")),
    ("overdue", "_overdue", _lt("the overdue items, less unapplied credits")),
    ("not_due", "_not_due", _lt("the items that are not due yet")),
    ("all", "", _lt("all open items, less unapplied credits")),
)
_VARIANTS = (
    ("", "items", _lt("Total of %s"), _lt("Table of %s")),
    (
        "exclude_disputes",
        "items",
        _lt("Total of %s, without those in dispute"),
        _lt("Table of %s, without those in dispute"),
    ),
    (
        "include_late_penalties",
        "penalties",
        _lt("Total of %s, with late payment penalties and recovery costs"),
        _lt("Table of %s, with late payment penalties and recovery costs"),
    ),
    (
        "exclude_late_penalties",
        "penalties",
        _lt("Total of %s, without late payment penalties and recovery costs"),
        _lt("Table of %s, without late payment penalties and recovery costs"),
    ),
    (
        "late_penalties",
        "penalties",
        _lt("Late payment penalties and recovery costs of %s"),
        _lt("Table of the late payment penalties and recovery costs of %s"),
    ),
)


class Phrase(NamedTuple):
    """A description made of translated parts; see :func:`describe`."""

    text: object
    part: object


def describe(env: api.Environment, hashtag: Hashtag) -> str:
    """What a hashtag stands for, in the language of the environment."""
    description = hashtag.description
    if isinstance(description, Phrase):
        # pylint: disable=translation-not-lazy
        return str(env._(description.text)) % str(env._(description.part))
    return str(env._(description))


def _items_hashtags():
    """``#items_amount…`` and ``#items_list…`` of each family in each variant."""
    for family, suffix, words in _FAMILIES:
        for variant, section, total, table in _VARIANTS:
            ending = f"{suffix}_{variant}" if variant else suffix
            yield Hashtag(
                f"items_amount{ending}", section, "amount", Phrase(total, words),
                get.amount(family, variant),
            )  # fmt: skip
            yield Hashtag(
                f"items_list{ending}", section, "block", Phrase(table, words),
                get.statement(family, variant),
            )  # fmt: skip


def _words_hashtags():
    """``#items…_amount_in_words``: the totals in words."""
    phrases = {
        "": _lt("Total of %s, in words"),
        "exclude_disputes": _lt("Total of %s, without those in dispute, in words"),
        "include_late_penalties": _lt("Total of %s, with late payment penalties, in words"),
        "exclude_late_penalties": _lt("Total of %s, without late payment penalties, in words"),
        "late_penalties": _lt("Late payment penalties and recovery costs of %s, in words"),
    }
    for family, suffix, words in _FAMILIES:
        for variant, text in phrases.items():
            ending = f"{suffix}_{variant}" if variant else suffix
            # the second is how an accountant may say it as well
            names = {f"items_amount{ending}_in_words", f"items{ending}_amount_in_words"}
            for name in sorted(names):
                yield Hashtag(
                    name,
                    "words",
                    "text",
                    Phrase(text, words),
                    get.amount_in_words(family, variant),
                )


# fmt: off
#: Name, kind, description and function (or path of a field) of the others, by section.
_OTHERS = {
    "penalties": (
        ("penalties_breakdown", "block", _lt("Interest, period by period"), get.breakdown),
    ),
    "customer": (
        ("customer_name", "text", _lt("Name of the customer"), "partner_id.name"),
        ("customer_reference", "text", _lt("Reference of the customer"), "partner_id.ref"),
        ("customer_contact", "text", _lt("Contacts, or “Sir or Madam”"), get.contact),
        ("customer_address", "text", _lt("Postal address of the customer"), get.address),
        ("customer_email", "text", _lt("E-mail address of the customer"), "partner_id.email"),
        ("customer_phone", "text", _lt("Phone number of the customer"), "partner_id.phone"),
        ("customer_vat", "text", _lt("Tax ID of the customer"), "partner_id.vat"),
    ),
    "collector": (
        ("collector_name", "text", _lt("Name of the collector"), "collector_id.name"),
        ("collector_phone", "text", _lt("Phone of the collector"), "collector_id.partner_id.phone"),
        ("collector_email", "text", _lt("E-mail address of the collector"), "collector_id.email"),
        ("collector_signature", "block", _lt("Signature of the collector"), get.signature),
        ("my_name", "text", _lt("Name of the sender, who is the collector"), "collector_id.name"),
        ("my_phone", "text", _lt("Phone of the sender"), "collector_id.partner_id.phone"),
        ("my_email", "text", _lt("E-mail address of the sender"), "collector_id.email"),
        ("my_signature", "block", _lt("Signature of the sender"), get.signature),
        ("interactive_page_button", "block", _lt("Answer button"), get.button),
    ),
    "company": (
        ("company_name", "text", _lt("Name of your company"), "company_id.name"),
        ("company_phone", "text", _lt("Phone number of your company"), "company_id.phone"),
        ("company_email", "text", _lt("E-mail address of your company"), "company_id.email"),
        ("company_vat", "text", _lt("Tax ID of your company"), "company_id.vat"),
        ("company_bank_details", "block", _lt("Your bank accounts"), get.bank_details),
        ("my_company_name", "text", _lt("Name of your company"), "company_id.name"),
        ("my_company_logo", "block", _lt("Logo of your company"), get.logo),
    ),
    "follow_up": (
        ("leader_document", "text", _lt("Number of the leader"), get.leader("document")),
        ("leader_amount", "amount", _lt("Amount of the leader"), get.leader("amount_residual")),
        ("leader_invoice_date", "text", _lt("Date of the leader"), get.leader("invoice_date")),
        ("leader_due_date", "text", _lt("Due date of the leader"), get.leader("due_date")),
        ("leader_days_late", "text", _lt("Days overdue of the leader"), get.leader("days_overdue")),
        ("status", "text", _lt("Status of the items"), get.item_values("dso_status_id")),
        ("status_date", "text", _lt("Date of that status"), get.item_values("dso_status_date")),
        ("comment", "text", _lt("Comment of that status"), get.item_values("dso_comment", "\n")),
        ("today", "text", _lt("Today's date"), get.day),
        ("deadline", "text", _lt("Date in eight days"), get.date("deadline")),
        ("action_date", "text", _lt("Date of the action"), get.date("date")),
        ("last_action_date", "text", _lt("Date of the last action"), get.date("last_action_date")),
        ("oldest_due_date", "text", _lt("Oldest due date of the items"), get.due_date(min)),
        ("latest_due_date", "text", _lt("Latest due date of the items"), get.due_date(max)),
    ),
}
# fmt: on

#: All hashtags by name, in the order of the help page.
HASHTAGS = {
    hashtag.name: hashtag
    for hashtag in (
        *_items_hashtags(),
        *_words_hashtags(),
        *(
            Hashtag(
                name, section, kind, words, get.path(value) if isinstance(value, str) else value
            )
            for section, rows in _OTHERS.items()
            for name, kind, words, value in rows
        ),
    )
}

#: The hashtags of a template, marked (see :data:`TOKEN`).
MARKED = hashtags.marked(TOKEN)
