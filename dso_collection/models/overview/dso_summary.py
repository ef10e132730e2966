"""The morning's summary: one message for each collector who has something to fix, confirm or
read, in the collector's language, as Odoo notifies (in the inbox or by e-mail, as each prefers)."""

from datetime import time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...tools.collectors import COLLECTOR, join_collector
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from ...tools.inside import get_inside, inside

#: From when on, in the company's own time.
HOUR = time(7)
#: Of each kind, with a link; the rest is counted.
MAX_LINKS = 5
#: Lists of the agenda, below it, so that its menus are there.
AUTOMATIC, MANUAL, REPLIES = (
    f"/odoo/collection-agenda/collection-{name}" for name in ("automatic", "manual", "replies")
)

REGISTERED = "/odoo/collection-registered"
#: What the summary tells besides errors.
KINDS = ("to_confirm", "receipts", "replies")


class DsoSummary(models.AbstractModel):
    _name = "dso.summary"
    _description = "Morning Summary of Collection"

    @api.model
    def _cron_send(self):
        """Send what is due, where it is morning."""
        # a cron that fails is called again an hour later: the morning would be over
        retry_on_conflict(self.env, self._send_and_commit)

    @api.model
    def _send_and_commit(self):
        self._send()
        commit_progress(self.env)

    @api.model
    def _send(self, now=None):
        """One message per collector, over all companies where the working day has begun.

        :param now: naive UTC datetime, default the present
        :return: the messages
        """
        todays = self._get_todays(now or fields.Datetime.now())
        messages = self.env["mail.message"]
        if not todays:
            return messages
        # sudo: each collector is told of own customers; the cron serves all companies
        self = self.sudo()
        self._lock_companies(todays)
        contents = self._read(todays)
        # nobody else may receive it: those who left are no collectors
        users = self.env["res.users"].browse(contents).exists().filtered("active")
        for user in users.filtered(lambda user: not user.share):
            messages |= self._notify(user, contents[user.id])
        for company, today in todays.items():
            # sudo: the day of the summary, noted by its cron
            company.sudo().dso_last_summary_date = today
        return messages

    @api.model
    def _lock_companies(self, todays):
        """Whoever changes these companies, as the plan does, comes before this or after it."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM res_company WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                [company.id for company in todays],
            ),
            # one that changed meanwhile: from the start again
            log_exceptions=False,
        )

    @api.model
    def _get_todays(self, now):
        """{company: its date} of those whose working day has begun and was not told of yet."""
        todays = {}
        for company in self.env["res.company"]._dso_companies():
            moment = pytz.utc.localize(now).astimezone(company._dso_tz())
            today = moment.date()
            told = company.dso_last_summary_date
            if (
                company.dso_morning_summary
                and moment.time() >= HOUR
                and not (told and told >= today)
                and today in company._dso_working_days(today, 1)
            ):
                todays[company] = today
        return todays

    # ------------------------------------------------------------------
    # What there is, in four queries whatever the number of collectors
    # ------------------------------------------------------------------

    @api.model
    def _read(self, todays):
        """What waits for each collector. Actions without one wait for the company's default.

        :param todays: {company: its date}
        :return: {user id: {"errors": {code: (count, ids)}, "to_confirm": (count, ids),
            "receipts": (count, ids), "replies": (count, ids)}}
        """
        self.env.flush_all()
        companies = [company.id for company in todays]
        result = {}

        def add(user_id, kind, value):
            contents = result.setdefault(user_id, {"errors": {}, **dict.fromkeys(KINDS, (0, []))})
            if kind == "errors":
                code, count, ids = value
                contents["errors"][code] = (count, ids)
            else:
                contents[kind] = value

        for user_id, *value in self._count_by_collector(
            "dso_action",
            SQL("record.error_data->>'code'"),
            SQL("record.state = 'error' AND record.company_id = ANY(%s)", companies),
            SQL("record.date, record.id"),
        ):
            add(user_id, "errors", tuple(value))
        due = SQL(
            "record.automatic AND record.state = 'planned' AND record.to_confirm"
            " AND record.confirmed IS NOT TRUE AND EXISTS (SELECT 1"
            " FROM unnest(%s::int[], %s::date[]) AS open(company_id, today)"
            " WHERE open.company_id = record.company_id AND record.date <= open.today)",
            companies,
            list(todays.values()),
        )
        order = SQL("record.date, record.id")
        for user_id, _key, *value in self._count_by_collector(
            "dso_action", SQL("NULL"), due, order
        ):
            add(user_id, "to_confirm", tuple(value))
        missing = SQL(
            "record.action_type = 'letter_registered' AND record.state = 'done'"
            " AND record.received_date IS NULL AND EXISTS (SELECT 1"
            " FROM unnest(%s::int[], %s::date[]) AS late(company_id, day)"
            " WHERE late.company_id = record.company_id"
            " AND coalesce(record.posted_date, record.done_date) <= late.day)",
            companies,
            [today - timedelta(days=company.dso_receipt_days) for company, today in todays.items()],
        )
        for user_id, _key, *value in self._count_by_collector(
            "dso_action", SQL("NULL"), missing, order
        ):
            add(user_id, "receipts", tuple(value))
        waiting = SQL("record.state = 'to_handle' AND record.company_id = ANY(%s)", companies)
        order = SQL("record.date DESC, record.id DESC")
        for user_id, _key, *value in self._count_by_collector(
            "dso_reply", SQL("NULL"), waiting, order
        ):
            add(user_id, "replies", tuple(value))
        return result

    @api.model
    def _count_by_collector(self, table, key, condition, order):
        """[(user id, key, count, first ids)]"""
        return self.env.execute_query(
            SQL(
                "SELECT %(collector)s AS user_id,"
                " %(key)s AS key, count(*), (array_agg(record.id ORDER BY %(order)s))[1:%(limit)s]"
                " FROM %(table)s AS record JOIN res_company AS company"
                " ON company.id = record.company_id"
                " %(joins)s"
                " WHERE %(condition)s AND %(collector)s IS NOT NULL"
                " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
                collector=COLLECTOR,
                joins=join_collector("record"),
                key=key,
                order=order,
                limit=MAX_LINKS,
                table=SQL.identifier(table),
                condition=condition,
            )
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _notify(self, user, contents):
        """Tell one collector, in the user's own language and time zone, as the user's company."""
        self = self.with_company(user.company_id).with_context(lang=user.lang, tz=user.tz)
        self = self.with_context(**inside(dso_name_company=len(user.company_ids) > 1))
        sections = self._get_sections(contents)
        count = sum(section["count"] for section in sections)
        body = self.env["ir.qweb"]._render(
            "dso_collection.summary",
            {
                "greeting": self.env._(
                    "Good morning %(name)s, this is waiting for you in Collection:", name=user.name
                ),
                "sections": sections,
                "base_url": user.get_base_url(),
            },
            lang=user.lang,
            minimal_qcontext=True,
        )
        return self.env["mail.thread"].message_notify(
            subject=self.env._("Collection this morning: %(count)s to look at", count=count),
            body=body,
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_layout",
            email_add_signature=False,
        )

    @api.model
    def _get_sections(self, contents):
        """[dict with ``title``, ``count``, ``path`` of the list, ``lines`` and ``more``]"""
        sections = []
        for code, (count, ids) in contents["errors"].items():
            actions = self.env["dso.action"].browse(ids)
            lines = [self._get_line(action, action.error_message) for action in actions]
            title = self._get_cause(code)
            path = AUTOMATIC if all(actions.mapped("automatic")) else MANUAL
            sections.append(self._prepare_section(title, count, path, lines))
        count, ids = contents["to_confirm"]
        if count:
            lines = [
                self._get_line(action, format_date(self.env, action.date))
                for action in self.env["dso.action"].browse(ids)
            ]
            title = self.env._("To confirm")
            path = AUTOMATIC
            sections.append(self._prepare_section(title, count, path, lines))
        count, ids = contents["receipts"]
        if count:
            lines = [
                self._get_line(action, format_date(self.env, action._get_posted_date()))
                for action in self.env["dso.action"].browse(ids)
            ]
            title = self.env._("Registered letters not received")
            sections.append(self._prepare_section(title, count, REGISTERED, lines))
        count, ids = contents["replies"]
        if count:
            lines = [
                {
                    "model": reply._name,
                    "id": reply.id,
                    "name": self._name_record(
                        reply,
                        f"{reply.partner_id.display_name or reply.author_name}: "
                        f"{reply.subject or ''}",
                    ),
                    "text": reply.preview or "",
                }
                for reply in self.env["dso.reply"].browse(ids)
            ]
            title = self.env._("Replies to handle")
            sections.append(self._prepare_section(title, count, REPLIES, lines))
        return sections

    @api.model
    def _prepare_section(self, title, count, path, lines):
        more = count - len(lines)
        return {
            "title": title,
            "count": count,
            "path": path,
            "lines": lines,
            "more": more > 0 and self.env._("and %(count)s more", count=more),
        }

    @api.model
    def _get_line(self, action, text):
        return {
            "model": action._name,
            "id": action.id,
            "name": self._name_record(action, action.display_name),
            "text": text or "",
        }

    @api.model
    def _name_record(self, record, name):
        """Whose it is, for those who work for several companies."""
        if not get_inside(self.env, "dso_name_company"):
            return name
        return f"{name} ({record.company_id.name})"

    @api.model
    def _get_cause(self, code):
        """What an error is in a word or two."""
        return self.env["dso.channel"]._get_cause(code) or self.env._("Error: something else")
