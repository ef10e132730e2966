"""All that happened with a customer, newest first."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...tools.ledger import is_receivable_sql

#: What the timeline tells of, in the order in which it happens on one day.
KINDS = ("action", "reply", "qualification", "payment")
#: Entries of one page, and the most that may be asked for.
PAGE_SIZE = 20
MAX_PAGE_SIZE = 200
#: Documents of one qualification that are named; of the others the number is told.
NAMED_DOCUMENTS = 3


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that tells its history."""

    _inherit = "dso.customer"

    @api.readonly
    def dso_get_timeline(self, kinds=None, before=None, limit=PAGE_SIZE):
        """One page of what happened with this customer: actions, answers, qualifications (those
        made together are one entry), payments; the latest first, in a constant number of queries.

        :param kinds: some of :data:`KINDS`, default all
        :param before: the ``next`` of the page before
        :return: ``{"entries": [dict, see _prepare_timeline_entry], "next": where the next page
            begins, False on the last one}``
        """
        self.ensure_one()
        self.check_access("read")
        kinds = [kind for kind in KINDS if kinds is None or kind in kinds]
        limit = max(1, min(int(limit), MAX_PAGE_SIZE))
        rows = self._read_timeline(kinds, before, limit + 1) if kinds else []
        page = rows[:limit]
        entries = self._prepare_timeline(page)
        more = len(rows) > limit
        last = page[-1] if more else None
        return {
            "entries": entries,
            "next": more and [fields.Date.to_string(last["day"]), last["rank"], last["id"]],
        }

    # ------------------------------------------------------------------
    # Which, in their order
    # ------------------------------------------------------------------

    def _read_timeline(self, kinds, before, limit):
        """Keys of the entries: ``kind``, ``rank`` (of the kind), ``id``, ``ids`` (the first of
        those that are one entry), ``count``, ``day``."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT array_agg(id) FROM account_account account WHERE %s", is_receivable_sql())
        )
        accounts = self.env.cr.fetchone()[0] or []
        values = {
            "customer": self.id,
            "partner": self.partner_id.id,
            "company": self.company_id.id,
            # sudo: what day it is where the company collects is no secret
            "tz": self.company_id.sudo()._dso_tz().zone,
            "accounts": accounts,
            "named": NAMED_DOCUMENTS,
        }
        queries = [
            SQL(
                "SELECT %s AS kind, %s AS rank, id, ids, count, day FROM (%s) %s",
                kind,
                KINDS.index(kind),
                getattr(self, f"_get_timeline_{kind}_query")(values),
                SQL.identifier(kind),
            )
            for kind in kinds
        ]
        condition = SQL("TRUE")
        if before:
            day, rank, last_id = before
            condition = SQL(
                "(day, rank, id) < (%s, %s, %s)",
                fields.Date.to_date(day),
                int(rank),
                int(last_id),
            )
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT * FROM (%s) happened
                 WHERE %s
                 ORDER BY day DESC, rank DESC, id DESC
                 LIMIT %s
                """,
                SQL(" UNION ALL ").join(queries),
                condition,
                limit,
            )
        )

    def _get_timeline_action_query(self, values):
        """What was done, skipped or given up; its day is the company's."""
        return SQL(
            """
            SELECT id, ARRAY[id] AS ids, 1 AS count,
                   COALESCE(
                       done_date, (write_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                   ) AS day
              FROM dso_action
             WHERE customer_id = %(customer)s AND (done_date IS NOT NULL OR state = 'cancelled')
            """,
            **values,
        )

    def _get_timeline_reply_query(self, values):
        return SQL(
            """
            SELECT id, ARRAY[id] AS ids, 1 AS count,
                   (date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
              FROM dso_reply
             WHERE customer_id = %(customer)s
            """,
            **values,
        )

    def _get_timeline_qualification_query(self, values):
        """What was said of several items in one go is one entry."""
        return SQL(
            """
            SELECT max(id) AS id, (array_agg(id ORDER BY id))[1:%(named)s] AS ids,
                   count(*) AS count, logged_on AS day
              FROM dso_qualification
             WHERE customer_id = %(customer)s
             GROUP BY logged_on, create_date, user_id, source, status_id, date, comment,
                      undoes_id IS NULL
            """,
            **values,
        )

    def _get_timeline_payment_query(self, values):
        """Money that came or went, as booked: an entry for each posting and currency."""
        return SQL(
            """
            SELECT max(line.id) AS id, array_agg(line.id ORDER BY line.id) AS ids,
                   count(*) AS count, line.date AS day
              FROM res_partner partner
              JOIN account_move_line line
                ON line.partner_id = partner.id
               AND line.company_id = %(company)s
               AND line.account_id = ANY(%(accounts)s)
               AND line.parent_state = 'posted'
              JOIN account_journal journal
                ON journal.id = line.journal_id AND journal.type IN ('bank', 'cash', 'credit')
             WHERE partner.commercial_partner_id = %(partner)s
             GROUP BY line.move_id, line.currency_id, line.date
            """,
            **values,
        )

    # ------------------------------------------------------------------
    # What they say
    # ------------------------------------------------------------------

    def _prepare_timeline(self, rows):
        """Entries in the user's language and with the user's rights, one kind after the other."""
        prepared = {}
        for kind in KINDS:
            own = [row for row in rows if row["kind"] == kind]
            if own:
                for row, values in zip(
                    own, getattr(self, f"_prepare_timeline_{kind}")(own), strict=True
                ):
                    prepared[kind, row["id"]] = values
        return [self._prepare_timeline_entry(row, prepared[row["kind"], row["id"]]) for row in rows]

    def _prepare_timeline_entry(self, row, values):
        """One entry: ``key``, ``kind``, ``day`` (ISO) and ``date`` (formatted); ``title`` and
        ``text``; ``amount`` (formatted), ``who``; ``badge`` and its ``tone``; ``action_type``;
        ``res_model`` and ``res_id`` of what can be opened. Texts are plain, not HTML."""
        return {
            "key": f"{row['kind']}-{row['id']}",
            "kind": row["kind"],
            "day": fields.Date.to_string(row["day"]),
            "date": format_date(self.env, row["day"]),
            "title": "",
            "text": "",
            "amount": "",
            "who": "",
            "badge": "",
            "tone": "",
            "action_type": "",
            "res_model": "",
            "res_id": False,
            **{name: value or "" for name, value in values.items()},
        }

    def _prepare_timeline_action(self, rows):
        """The whole page is browsed together: what is read of one is read of all."""
        actions = self.env["dso.action"].browse([row["id"] for row in rows])
        states = dict(actions._fields["agenda_state"]._description_selection(self.env))
        results = dict(actions._fields["result"]._description_selection(self.env))
        tones = {"done": "secondary", "error": "warning", "cancelled": "secondary"}
        for action in actions:
            text = [action.comment, action._describe_reading()]
            if action.state == "cancelled":
                text = [action._describe_cancellation()]
            elif action.state == "error":
                text.insert(0, action.error_message)
            badge = results.get(action.result) or states[action.agenda_state]
            yield {
                "title": action.name,
                "text": " ".join(filter(None, text)),
                "amount": format_amount(self.env, action.amount, action.currency_id)
                if action.amount
                else "",
                # the cron's own name says nothing to anybody
                "who": self.env._("Automatic")
                if action.done_by_id.id == SUPERUSER_ID
                else action.done_by_id.name,
                "badge": badge,
                "tone": tones.get(action.state, "secondary"),
                "action_type": action.action_type,
                "res_model": action._name,
                "res_id": action.id,
            }

    def _prepare_timeline_reply(self, rows):
        replies = self.env["dso.reply"].browse([row["id"] for row in rows])
        states = dict(replies._fields["state"]._description_selection(self.env))
        for reply in replies:
            yield {
                "title": reply.subject or self.env._("Answer"),
                "text": reply.preview,
                "who": reply.author_name,
                "badge": states[reply.state],
                "tone": "danger" if reply.state == "to_handle" else "secondary",
                "action_type": "sms" if reply.channel == "sms" else "email",
                "res_model": reply._name,
                "res_id": reply.id,
            }

    def _prepare_timeline_qualification(self, rows):
        log = self.env["dso.qualification"].browse([key for row in rows for key in row["ids"]])
        by_id = {entry.id: entry for entry in log}
        states = dict(log._fields["promise_state"]._description_selection(self.env))
        tones = {"kept": "success", "partly": "warning", "broken": "danger", "open": "info"}
        for row in rows:
            own = [by_id[key] for key in row["ids"]]
            first = own[0]
            alone = row["count"] == 1
            title = first.status_id.name or self.env._("Comment")
            if first.date:
                title = self.env._(
                    "%(status)s for %(date)s", status=title, date=format_date(self.env, first.date)
                )
            if first.undoes_id:
                # what is there again is the entry before
                title = self.env._(
                    "Undone: %(status)s",
                    status=first.undoes_id.status_id.name or self.env._("Comment"),
                )
            # of several items a part was shared out over: what each got (a part comes first)
            shared = not alone and bool(first.amount)
            text = [self._name_documents(own, row["count"], with_amounts=shared)]
            if first.resolver_id:
                text.append(self.env._("to be resolved by %(user)s", user=first.resolver_id.name))
            elif first.resolver_email:
                text.append(self.env._("to be resolved by %(user)s", user=first.resolver_email))
            if first.comment:
                text.append(self.env._("“%(comment)s”", comment=first.comment))
            amount = (first.amount or first.amount_residual) if alone else 0
            yield {
                "title": title,
                "text": ", ".join(text),
                "amount": format_amount(self.env, amount, first.currency_id)
                if amount and first.currency_id
                else "",
                "who": first.user_id.name,
                "badge": states.get(first.promise_state) if alone else "",
                "tone": tones.get(first.promise_state, "secondary"),
                "res_model": "account.move.line" if alone and first.line_id else "",
                "res_id": first.line_id.id if alone else False,
            }

    def _name_documents(self, qualifications, count, with_amounts=False):
        """``INV/1, INV/2 and 5 more``"""
        names = [
            self.env._(
                "%(document)s %(amount)s",
                document=entry.document or "",
                amount=format_amount(self.env, entry.amount_said, entry.currency_id),
            )
            if with_amounts
            else entry.document or ""
            for entry in qualifications
        ]
        documents = ", ".join(names)
        if count <= len(qualifications):
            return documents
        return self.env._(
            "%(documents)s and %(count)s more",
            documents=documents,
            count=count - len(qualifications),
        )

    def _prepare_timeline_payment(self, rows):
        lines = self.env["account.move.line"].browse([key for row in rows for key in row["ids"]])
        by_id = {line.id: line for line in lines}
        for row in rows:
            own = [by_id[key] for key in row["ids"]]
            first = own[0]
            amount = -sum(line.amount_currency for line in own)
            left = -sum(line.amount_residual_currency for line in own)
            currency = first.currency_id
            text = [first.move_name, first.ref or first.name]
            if currency.compare_amounts(left, 0) > 0:
                text.append(
                    self.env._(
                        "%(amount)s unapplied", amount=format_amount(self.env, left, currency)
                    )
                )
            yield {
                "title": self.env._("Payment")
                if currency.compare_amounts(amount, 0) >= 0
                else self.env._("Refunded"),
                "text": ", ".join(dict.fromkeys(filter(None, text))),
                "amount": format_amount(self.env, abs(amount), currency),
                "who": first.journal_id.name,
                "res_model": "account.move",
                "res_id": first.move_id.id,
            }
