"""What the module tells itself by the context. Clients fill contexts, too: a key of theirs with the
same name is none.

Parameters are arguments. A key stands here only where Odoo's code stands between who says it and
who reads it, and passes no arguments on.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from odoo import api

#: What the module says with :func:`inside`: who says it, who reads it, and what stands between.
KEYS = {
    "dso_answers": (
        "the page, of what may still be paid",
        "account.move.line._dso_read_announced",
        "the hook _dso_get_announced(), which add-ons override without arguments",
    ),
    "dso_by_rule": (
        "assignment rules, and files that are merged",
        "dso.customer.write, which notes what was chosen by hand",
        "write",
    ),
    "dso_effect_base": (
        "dso.step.effect._read_group",
        "its own _table_query: whether those who waited are asked for",
        "read_group",
    ),
    "dso_incoming": (
        "the mail gateway",
        "dso.customer.message_post, which keeps a reply",
        "mail.thread's routes to message_new and message_update",
    ),
    "dso_keep_hashtags": (
        "the dialogs, whose text the user goes on writing",
        "dso.hashtag.mixin, as it renders",
        "the rendering of mail templates",
    ),
    "dso_not_taken": (
        "snailmail.letter, as its provider refuses",
        "dso.action._set_not_posted",
        "write of the letter's state",
    ),
    "dso_one_by_one": (
        "the settings",
        "the constraint of the weights on res.company",
        "related fields, each written by itself",
    ),
    "dso_seen": (
        "the import of contacts",
        "its own create, about rows that were there before",
        "load, which takes a file in parts",
    ),
    "dso_skip_follow_up": (
        "account.move.line._dso_set_status",
        "account.move.line.write, which makes follow-ups",
        "write",
    ),
    "dso_skip_log": (
        "whoever writes the log of a status itself",
        "account.move.line.write, which logs",
        "write",
    ),
    "dso_skip_plan": (
        "whoever plans these customers afterwards",
        "dso.customer.write, which plans",
        "write",
    ),
    "dso_sms_call": (
        "sms.sms, of one call of the provider",
        "dso.action._prepare_sms_failure",
        "Odoo's SMS queue and its notifications",
    ),
    "dso_smtp": (
        "mail.mail, of one connection",
        "what a server said, in mail.mail and dso.action",
        "Odoo's mail queue",
    ),
    "dso_steps_together": (
        "dso.scenario.create and write",
        "the constraints of its steps, which are checked together, afterwards",
        "one2many commands",
    ),
    "dso_today": (
        "the dispatcher and the plan, which ask for the day once",
        "computed fields of actions, customers and items; texts and letters",
        "computed fields, and the rendering of templates and reports",
    ),
    "dso_todays": (
        "the plan, which counts broken promises",
        "reports that are SQL views, of the days that count",
        "search and read_group of a model with _table_query",
    ),
    "dso_trend_totals": (
        "dso.overdue.trend._read_group",
        "its own _table_query and its aggregates",
        "read_group",
    ),
}
#: What may be said by views, scripts and dialogs, hence by anybody: how something is shown or
#: begins, no more.
SHOWN = {
    "dso_agenda": "the screens of the agenda: which of them it is (JavaScript, list views)",
    "dso_as_of": "the ageing: as of which day its rows are read (_table_query)",
    "dso_ask": "buttons: dso.action.action_cancel asks first",
    "dso_collector_ids": "indicators by month: of the customers of these (_table_query)",
    "dso_country_ids": "indicators by month: of the customers of these (_table_query)",
    "dso_days": "a button of the status dialog: in how many days",
    "dso_done_since": "the dashboard: the analysis of actions reads no older ones (_table_query)",
    "dso_held": "the status dialog: items are called with what they are held by (display_name)",
    "dso_my_customers": "views of alerts: counts of one's own customers (computed fields)",
    "dso_one_currency": "spreadsheets: amounts of two currencies are empty (read_group)",
    "dso_own_customers": "indicators by month: of one's own customers (_table_query)",
    "dso_page_comment": "the forwarded question: the template of its e-mail (QWeb)",
    "dso_page_url": "a new link: the template of its e-mail (QWeb)",
    "dso_reply": "the composer of a reply: an empty one is refused",
    "dso_salesperson_ids": "indicators by month: of the customers of these (_table_query)",
    "dso_scenario_ids": "indicators by month: of the customers of these (_table_query)",
    "dso_status": "a button of the status dialog: which status",
    "dso_status_amount": "the status dialog: its text, before the status is on the items (QWeb)",
    "dso_status_comment": "the status dialog: its text, before the status is on the items (QWeb)",
    "dso_status_date": "the status dialog: its text, before the status is on the items (QWeb)",
    "dso_status_id": "the status dialog: its text, before the status is on the items (QWeb)",
    "dso_tag_ids": "indicators by month: of the customers with these (_table_query)",
}


class Inside(NamedTuple):
    """A value in the context that this process put there. What a client sends is a list, a text
    or a number, never one of these; what is sent to a client comes back as a list."""

    value: Any


def inside(**values: Any) -> dict[str, Inside]:
    """Keys for a context, as in ``self.with_context(**inside(dso_today=day))``."""
    return {key: Inside(value) for key, value in values.items()}


def get_inside(env: api.Environment, key: str, default: Any = None) -> Any:
    """The value of such a key; ``default`` where there is none, or where a client sent it.

    >>> class Env: context = {**inside(dso_today="2026-03-01"), "dso_seen": True}
    >>> get_inside(Env, "dso_today"), get_inside(Env, "dso_seen")
    ('2026-03-01', None)
    """
    held = env.context.get(key)
    return held.value if isinstance(held, Inside) else default
