"""The agenda's screen: its tabs and their counters, what its panel shows of an action, and what is
done with many actions at once."""

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, html2plaintext
from odoo.tools.misc import format_date, format_time

from ...tools.action_types import OPEN_STATES

#: The form beside the list, by model.
PANELS = {
    "dso.action": "dso_collection.dso_action_view_form_panel",
    "dso.reply": "dso_collection.dso_reply_view_form_panel",
    "dso.qualification": "dso_collection.dso_qualification_view_form_panel",
}
#: What the first two tabs show; their window actions say the same.
TAB_DOMAINS = {
    "manual": [("automatic", "=", False), ("state", "in", list(OPEN_STATES))],
    "automatic": [("automatic", "=", True), ("state", "in", list(OPEN_STATES))],
}
#: How many of the last exchanges with a customer the panel shows.
EXCHANGES = 8
#: How many characters of each.
EXCHANGE_LENGTH = 240


class DsoAction(models.Model):
    """The part of ``dso.action`` that the agenda's screen asks. [seed 002]"""

    _inherit = "dso.action"

    contact_ids = fields.Many2many(
        "res.partner", string="Collections Contacts", compute="_compute_contact_ids"
    )
    company_phone = fields.Char(
        compute="_compute_company_phone",
        help="The customer's own number, where no contact has one.",
    )
    leaving_text = fields.Char(
        string="Goes Out",
        compute="_compute_leaving_text",
        help="Shows when it is sent automatically: the next opening of the sending hours, in the "
        "company's time zone.",
    )
    exchanges = fields.Json(
        compute="_compute_exchanges", help="Shows the last ones with the customer, newest first."
    )

    def dso_drop(self, date):
        """Move an action to the day on which it was dropped in the calendar.

        :return: a word on that day where nobody works, else ``False``
        """
        self.ensure_one()
        # a day that has passed is a slip of the mouse
        self.action_reschedule(date, past=False)
        day, company = self.date, self.company_id
        if not day or company._dso_next_working_day(day) == day:
            return False
        values = {"action": self.display_name, "date": format_date(self.env, day)}
        if self.automatic:
            return self.env._(
                "%(action)s: %(date)s is not a working day. It goes out in the next sending "
                "hours after it.",
                **values,
            )
        return self.env._("%(action)s: %(date)s is not a working day.", **values)

    @api.depends("customer_id")
    def _compute_contact_ids(self):
        for action in self:
            action.contact_ids = action.customer_id.contact_ids

    @api.depends("customer_id", "partner_id.phone", "partner_id.child_ids.phone")
    def _compute_company_phone(self):
        for action in self:
            action.company_phone = action.customer_id._get_company_phone()

    @api.depends(
        "agenda_state", "date", "is_paused", "company_id", "confirmed", "automatic", "done_date"
    )
    @api.depends_context("lang")
    def _compute_leaving_text(self):
        """Of what needs nobody any more; each company and day is looked up once."""
        texts = {}
        for action in self:
            text = False
            if action.agenda_state == "confirmed" and not action.is_paused and action.date:
                # sudo: the sending hours of the company are no secret
                company = action.company_id.sudo()
                key = (company, max(action.date, company._dso_today()))
                if key not in texts:
                    texts[key] = self._describe_sending_time(*key)
                text = texts[key]
            elif action.agenda_state == "error" and action.automatic and action.confirmed:
                # what was sent and came back is tried again, or mended, under its own name
                text = not action.done_date and self.env._("confirmed: goes out once it is fixed")
            action.leaving_text = text

    @api.model
    def _describe_sending_time(self, company, day):
        """When what is ready for a day leaves.

        :param day: today where the company is, or later
        """
        now = fields.Datetime.now()
        is_today = day == company._dso_today(now)
        if is_today and company._dso_is_open(now):
            return self.env._("goes out in a few minutes")
        if not company.dso_sending_calendar_id:
            return self.env._("goes out on %(date)s", date=format_date(self.env, day))
        tz = company._dso_tz()
        if not is_today:
            midnight = tz.localize(datetime.combine(day, time.min))
            # an opening at midnight counts
            now = midnight.astimezone(pytz.utc).replace(tzinfo=None) - timedelta(seconds=1)
        if not (moment := company._dso_next_opening(now)):
            return self.env._("no sending hours: ask your administrator")
        local = pytz.utc.localize(moment).astimezone(tz)
        words = {
            "date": format_date(self.env, local.date()),
            "time": format_time(self.env, local.time(), time_format="short"),
        }
        if is_today and local.date() == day:
            return self.env._("goes out today at %(time)s", time=words["time"])
        return self.env._("goes out on %(date)s at %(time)s", **words)

    @api.depends("customer_id")
    @api.depends_context("uid", "lang", "tz")
    def _compute_exchanges(self):
        """Shown of one action at a time; each customer is looked at once."""
        by_customer = {customer: self._find_exchanges(customer) for customer in self.customer_id}
        for action in self:
            action.exchanges = [
                {**values, "date": format_date(self.env, day)}
                for day, key, values in by_customer.get(action.customer_id, ())
                if key != ("action", action.id)
            ][:EXCHANGES]

    @api.model
    def _find_exchanges(self, customer):
        """What was done, said and written last with a customer, as far as the user may see it.

        :return: list of (day, (kind, id), values of the screen), newest first
        """
        limit = EXCHANGES + 1
        customer_domain = [("customer_id", "=", customer.id)]
        actions = self.env["dso.action"].search(
            [*customer_domain, ("done_date", "!=", False)],
            order="done_date desc, id desc",
            limit=limit,
        )
        said = self.env["dso.qualification"].search(customer_domain, order="id desc", limit=limit)
        said = said._without_undone()
        replies = self.env["dso.reply"].search(customer_domain, limit=limit)
        # what is told as an action or a reply already is not told twice
        known = (actions.message_id | replies.message_id).ids
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "dso.customer"),
                ("res_id", "=", customer.id),
                ("message_type", "in", ["comment", "email", "email_outgoing", "sms"]),
                ("id", "not in", known),
            ],
            order="id desc",
            limit=limit,
        )
        found = [
            *((action.done_date, action, action._prepare_exchange()) for action in actions),
            *((entry.logged_on, entry, self._prepare_qualification_entry(entry)) for entry in said),
            *((reply.date, reply, self._prepare_reply(reply)) for reply in replies),
            *((message.date, message, self._prepare_message(message)) for message in messages),
        ]
        entries = [
            (self._get_exchange_day(moment), record.id, (values["kind"], record.id), values)
            for moment, record, values in found
        ]
        entries.sort(key=lambda entry: entry[:2], reverse=True)
        return [(day, key, values) for day, _id, key, values in entries]

    @api.model
    def _get_exchange_day(self, moment):
        """The day of an exchange where the user is."""
        if hasattr(moment, "hour"):
            return fields.Datetime.context_timestamp(self, moment).date()
        return moment

    def _prepare_exchange(self):
        """An action that was done, or skipped."""
        self.ensure_one()
        results = dict(self._fields["result"]._description_selection(self.env))
        states = dict(self._fields["agenda_state"]._description_selection(self.env))
        outcome = results.get(self.result) or states.get(self.agenda_state)
        return {
            "kind": "action",
            "type": self.action_type,
            "title": self.name,
            # what was given up is tried no more
            "text": self._shorten_exchange(
                self.comment or (self.error_message if self.state != "cancelled" else "")
            ),
            "badge": outcome,
            # sudo: the name of a colleague
            "author": self.sudo().done_by_id.name or "",
        }

    @api.model
    def _prepare_qualification_entry(self, entry):
        """A status or comment put on an item."""
        return {
            "kind": "said",
            "title": entry.document or "",
            "text": self._shorten_exchange(entry.comment),
            # sudo: statuses are configuration, colleagues have names
            "badge": entry.sudo().status_id.name or "",
            "author": entry.sudo().user_id.name or "",
        }

    @api.model
    def _prepare_reply(self, reply):
        return {
            "kind": "reply",
            "title": reply.subject or "",
            "text": self._shorten_exchange(reply.preview),
            "badge": dict(reply._fields["state"]._description_selection(self.env))[reply.state],
            "author": reply.author_name or "",
        }

    @api.model
    def _prepare_message(self, message):
        return {
            "kind": "message",
            "title": message.subject or "",
            "text": self._shorten_exchange(html2plaintext(message.body or "")),
            "badge": "",
            "author": message.author_id.name or message.email_from or "",
        }

    @api.model
    def _shorten_exchange(self, text):
        text = " ".join((text or "").split())
        if len(text) <= EXCHANGE_LENGTH:
            return text
        return f"{text[: EXCHANGE_LENGTH - 1].rstrip()}…"

    # ------------------------------------------------------------------
    # Tabs and counters
    # ------------------------------------------------------------------

    @api.model
    def _get_agenda_tabs(self):
        """The tabs of the agenda, in their order. One of other modules or parts is one line more.

        :return: list of dicts: ``id``; ``name``; ``icon``; ``actions``: XML ids of window or
            client actions, those that do not exist are left out; ``client``: tag of a client
            action shown instead of them where it is installed
        """
        return [
            {
                "id": "manual",
                "name": self.env._("Manual actions"),
                "icon": "fa-phone",
                "actions": ["dso_collection.dso_action_action_manual"],
            },
            {
                "id": "automatic",
                "name": self.env._("Automatic actions"),
                "icon": "fa-paper-plane-o",
                "actions": ["dso_collection.dso_action_action_automatic"],
            },
            {
                "id": "history",
                "name": self.env._("History"),
                "icon": "fa-history",
                "actions": ["dso_collection.dso_action_action_history"],
            },
            {
                "id": "replies",
                "name": self.env._("Replies & comments"),
                "icon": "fa-comments-o",
                "actions": [
                    "dso_collection.dso_reply_action",
                    "dso_collection.dso_qualification_action_comments",
                ],
            },
            {
                "id": "charts",
                "name": self.env._("Charts"),
                "icon": "fa-bar-chart",
                "client": "dso_collection.dashboard",
                "actions": ["dso_collection.dso_action_action_charts"],
            },
            {
                "id": "alerts",
                "name": self.env._("My alerts"),
                "icon": "fa-bell-o",
                "actions": ["dso_collection.dso_alert_action_agenda"],
            },
        ]

    @api.model
    @api.readonly
    def dso_get_agenda(self):
        """What the agenda is made of, for the user.

        :return: ``{"tabs": see _get_agenda_tabs, with ids of existing actions, "own": whether the
            user is the collector of customers, whose actions are shown first, "panels": the
            forms beside the list, {model: view id}}``
        """
        find = self.env["ir.model.data"]._xmlid_to_res_id
        tabs = []
        for tab in self._get_agenda_tabs():
            ids = [find(xmlid, raise_if_not_found=False) for xmlid in tab["actions"]]
            ids = [res_id for res_id in ids if res_id]
            if ids or tab.get("client"):
                tabs.append({**tab, "actions": ids})
        own = self.env["dso.customer"].search_count([("collector_id", "=", self.env.uid)], limit=1)
        panels = {model: find(xmlid) for model, xmlid in PANELS.items()}
        return {"tabs": tabs, "own": bool(own), "panels": panels}

    @api.model
    @api.readonly
    def dso_count_agenda_tabs(self, domain, own=False):
        """The grey and red counters of the tabs, within the filters that hold for all of them.

        :param domain: of the filters, without that of a tab
        :param own: whether only the replies to the user are counted
        :return: {tab: see ``dso_count_agenda``}
        """
        domain = Domain(domain)
        counts = {
            tab: self.dso_count_agenda(list(domain & Domain(tab_domain)))
            for tab, tab_domain in TAB_DOMAINS.items()
        }
        waiting = Domain("state", "=", "to_handle")
        if own:
            # what is nobody's yet is everybody's to look at
            waiting &= Domain("collector_id", "=", self.env.uid) | Domain("customer_id", "=", False)
        limit = counts["manual"]["limit"]
        to_handle = self.env["dso.reply"].search_count(waiting, limit=limit + 1)
        counts["replies"] = {"all": 0, "todo": to_handle, "limit": limit}
        return counts

    @api.model
    @api.readonly
    def dso_get_first_of_days(self, domain, each):
        """What the calendar draws where there are too many actions: of each day and collector
        those to do first, by score. One query, whatever their number.

        :param int each: how many of each day and collector
        :return: list of ids
        """
        self.env["dso.action"].flush_model(["date", "collector_id", "score"])
        # with the rules of the user
        query = self.env["dso.action"]._search(domain)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM (
                      SELECT id, row_number() OVER (
                                 PARTITION BY date, collector_id ORDER BY score DESC NULLS LAST, id
                             ) AS position
                        FROM dso_action
                       WHERE id IN %s
                  ) ranked
                 WHERE position <= %s
                """,
                query.subselect(),
                each,
            )
        )
        return [row[0] for row in rows]

    # ------------------------------------------------------------------
    # Many at once: how many were done, how many not, and why
    # ------------------------------------------------------------------

    def action_confirm_selected(self):
        """Confirm the ticked actions, and say which could not be."""
        self.check_access("write")
        kept = self._find_not_open()
        kept += [
            (self.env._("done by hand, nothing to confirm"), self.filtered(_is_open_manual)),
            (
                self.env._("already confirmed"),
                self.filtered(lambda action: _is_open(action) and action._is_confirmed()),
            ),
        ]
        ready = self.filtered(
            lambda action: _is_open(action) and action.automatic and not action._is_confirmed()
        )
        empty = ready.browse().union(*ready._find_empty_claims())
        kept.append((self.env._("nothing to collect, confirm it on its own if you mean it"), empty))
        ready -= empty
        if ready:
            ready.action_confirm()
        # confirmed too, and yet they stay where they are
        stuck = ready.filtered(lambda action: action.state == "error")
        kept.append((self.env._("in error, it is sent automatically once that is fixed"), stuck))
        leaving = ready - stuck
        done = self.env._("%(count)s confirmed.", count=len(leaving))
        return self._report_bulk(done, leaving, kept)

    def action_cancel_selected(self):
        """Skip the ticked actions, and say which could not be."""
        self.check_access("write")
        ready = self.filtered(lambda action: action.state in OPEN_STATES)
        kept = [(self.env._("already done or cancelled"), self - ready)]
        lines = ready._find_unfollowed()
        disputes = ready.filtered(
            lambda action: action.origin == "specific" and action.item_ids.line_id & lines
        )
        ready -= disputes
        if ready:
            ready.action_cancel()
        if disputes and not ready and not kept[0][1]:
            return disputes._open_end()
        report = self._report_bulk(self.env._("%(count)s skipped.", count=len(ready)), ready, kept)
        if disputes:
            # what becomes of the disputes is asked (R13)
            report["params"]["next"] = disputes._open_end()
        return report

    def _reschedule_selected(self, date):
        """Set the date of those that can be moved, and say which could not be."""
        self.check_access("write")
        kept = self._find_not_open()
        ready = self.filtered(_is_open)
        if ready:
            ready.action_reschedule(date)
        done = self.env._(
            "%(count)s moved to %(date)s.", count=len(ready), date=format_date(self.env, date)
        )
        return self._report_bulk(done, ready, kept)

    def action_reassign(self):
        """Give the customers of the ticked actions to another collector, who is the sender of what
        is still to come (R12)."""
        self.check_access("write")
        customers = self.filtered(_is_open).customer_id
        if not customers:
            raise UserError(
                self.env._(
                    "None of the selected actions is still to be done: what was done stays with "
                    "its collector. Select planned actions."
                )
            )
        return self._open_wizard(
            "dso_customer_assign_action", default_customer_ids=customers.ids, dso_reassign=True
        )

    def _is_confirmed(self):
        """Whether it leaves at its date without another click."""
        self.ensure_one()
        return self.automatic and (self.confirmed or not self.to_confirm)

    def _find_not_open(self):
        """What neither is confirmed nor moved, as (why, actions)."""
        past = self.filtered(lambda action: action.state not in OPEN_STATES)
        left = self.filtered(lambda action: action.state in OPEN_STATES and action.done_date)
        return [
            (self.env._("already done or cancelled"), past),
            (self.env._("sent, but not delivered: use Retry"), left),
        ]

    def _report_bulk(self, done, ready, kept):
        """One sentence on what was done, one on each cause for which it was not.

        :param done: the sentence on those that were done
        :param ready: those actions
        :param kept: list of (cause, actions)
        """
        kept = [(cause, actions) for cause, actions in kept if actions]
        if not ready and kept:
            done = self.env._("Nothing was changed.")
        lines = [done]
        for cause, actions in kept:
            names = ", ".join(actions[:3].mapped("display_name"))
            if len(actions) > 3:
                names = self.env._("%(names)s and more", names=names)
            lines.append(
                self.env._(
                    "%(count)s not: %(cause)s (%(names)s).",
                    count=len(actions),
                    cause=cause,
                    names=names,
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if kept else "success",
                "message": "\n".join(lines),
                "sticky": bool(kept),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


def _is_open(action):
    """Whether it is still to be done: neither done nor cancelled, nor sent and undelivered."""
    return action.state in OPEN_STATES and not action.done_date


def _is_open_manual(action):
    return _is_open(action) and not action.automatic
