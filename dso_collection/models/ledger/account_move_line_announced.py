"""Money that is announced for an item and not booked yet (R17)."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import announced as rules
from ...engine.announced import Announced
from ...tools.inside import get_inside
from ...tools.ledger import due_date_sql, is_receivable_sql


class AccountMoveLine(models.Model):
    """The part of ``account.move.line`` about money on its way.

    An add-on with a stage of its own (orders to a bank, say) extends
    :meth:`_dso_read_announced`, and :meth:`_dso_read_returned` for what came back.
    """

    _inherit = "account.move.line"

    dso_announced = fields.Char(
        string="On Its Way",
        compute="_compute_dso_announced",
        groups="base.group_user",
        help="Shows payments that are announced for this item and not booked yet: they are "
        "not requested again.",
    )

    @api.depends("amount_residual")
    @api.depends_context("lang", "dso_today")
    def _compute_dso_announced(self):
        found = self._origin._dso_get_announced()
        returned = self._origin._dso_get_returned()
        for line in self:
            texts = []
            if line._origin.id in found:
                texts.append(line._dso_describe_announced(*found[line._origin.id]))
            if line._origin.id in returned:
                texts.append(line._dso_describe_returned(*returned[line._origin.id]))
            line.dso_announced = " ".join(texts) or False

    def _dso_describe_announced(self, day, amount, words):
        """What is awaited of an item, how much, until when; or that it did not come."""
        self.ensure_one()
        money = format_amount(self.env, amount, self.currency_id)
        origin = f" ({words})" if words else ""
        if not day:
            return self.env._(
                "%(amount)s received, not booked yet%(origin)s.", amount=money, origin=origin
            )
        company = self.company_id
        until = company._dso_announced_until(day)
        values = {"amount": money, "date": format_date(self.env, day), "origin": origin}
        if (get_inside(self.env, "dso_today") or company._dso_today()) > until:
            return self.env._(
                "%(amount)s announced for %(date)s has not arrived%(origin)s.", **values
            )
        return self.env._(
            "%(amount)s announced for %(date)s, awaited until %(until)s%(origin)s.",
            until=format_date(self.env, until),
            **values,
        )

    def _dso_describe_returned(self, day, amount, words):
        self.ensure_one()
        return self.env._(
            "%(amount)s was returned on %(date)s%(reason)s.",
            amount=format_amount(self.env, amount, self.currency_id),
            date=format_date(self.env, day),
            reason=f": {words}" if words else "",
        )

    # ------------------------------------------------------------------
    # What is announced
    # ------------------------------------------------------------------

    def _dso_get_announced(self):
        """Money that is on its way to these items, of each as one.

        The day from which it is judged is ``dso_today`` of the context, default today.

        :return: {line id: (date on which it is expected, ``False`` for what was received and will
            never be booked; amount in the item's currency; where it comes from, in the context's
            language)}
        """
        if not self.ids:
            return {}
        by_line = defaultdict(list)
        for entry in self._dso_list_announced():
            by_line[entry.item_id].append((entry.day or None, entry.amount, entry.source))
        result = {}
        awaited_from = {}
        for line in self.browse(by_line):
            company = line.company_id
            if company not in awaited_from:
                today = get_inside(self.env, "dso_today") or company._dso_today()
                awaited_from[company] = company._dso_announced_from(today)
            day, amount, words = rules.combine(by_line[line.id], awaited_from[company])
            result[line.id] = (day or False, line.currency_id.round(amount), words)
        return result

    @api.model
    def _dso_get_announced_domain(self):
        """Items for which money may be announced, or of which a discount may be left: those that
        are worth a look. An add-on adds its own with ``|``."""
        # sudo: which items money was announced for is a fact of the rules
        env = self.sudo().env
        payments = env["account.payment"].search(
            [("move_id", "=", False), ("state", "in", ("in_process", "paid"))]
        )
        transactions = env["payment.transaction"].search(
            [
                ("state", "in", ("pending", "authorized", "done")),
                ("is_post_processed", "=", False),
            ]
        )
        answers = env["dso.page.answer"].search(
            [
                ("kind", "=", "processing"),
                ("state", "=", "accepted"),
                ("line_ids.reconciled", "=", False),
            ]
        )
        moves = payments.invoice_ids | transactions.invoice_ids
        lines = transactions.dso_line_ids | answers.line_ids
        return Domain.OR(
            [
                Domain("move_id", "in", moves.ids),
                Domain("id", "in", lines.ids),
                Domain("discount_date", "!=", False),
                self._dso_get_debited_domain(),
            ]
        )

    @api.model
    def _dso_get_debited_domain(self):
        """Items of customers who let us collect, whether or not that failed already."""
        # sudo: how an invoice is paid is a fact of the rules
        methods = self.env["account.payment.method"].sudo()
        methods = methods.search([("payment_type", "=", "inbound")])
        debits = methods.filtered(lambda method: rules.is_direct_debit(method.code or ""))
        ways = self.env["account.payment.method.line"].sudo().with_context(active_test=False)
        ways = ways.search([("payment_method_id", "in", debits.ids)])
        # named one by one: without any, and there is none in most companies, nothing is looked for
        if not ways:
            return Domain.FALSE
        return Domain("move_id.preferred_payment_method_line_id", "in", ways.ids)

    def _dso_get_awaited(self):
        """What of these items is on its way and still waited for, in their currency: {line id:
        amount}, never more than is open."""
        result = {}
        for line_id, (day, amount, _words) in self._dso_get_announced().items():
            line = self.browse(line_id)
            company = line.company_id
            today = get_inside(self.env, "dso_today") or company._dso_today()
            if not day or today <= company._dso_announced_until(day):
                result[line_id] = min(amount, line.amount_residual_currency)
        return result

    def _dso_list_announced(self):
        """Each sum of money that is on its way to these items.

        :return: list of :class:`engine.announced.Announced`
        """
        self.env.flush_all()
        found = self._dso_read_announced()
        return self._dso_allocate(found, self._dso_read_open(found)) if found else []

    def _dso_read_announced(self):
        """Money on its way: payments that are in process or were validated without an entry, online
        payments that are not booked, accepted answers that say it was paid, and last what is to be
        debited. An add-on adds its own: what stands first counts first, and no item gets more than
        is open.

        :return: list of dicts with ``move_ids`` or ``line_ids`` (what it is for), ``day`` (on which
            it is expected), ``amount`` (``None``: all that is open), ``currency_id``, ``source``
        """
        return [
            *self._dso_read_payments(),
            *self._dso_read_transactions(),
            *(self._dso_read_answers() if get_inside(self.env, "dso_answers", True) else ()),
            *self._dso_read_direct_debits(),
        ]

    def _dso_read_open(self, found):
        """The open items that sums are for, the oldest first.

        :param found: see :meth:`_dso_allocate`
        :return: rows of (id, entry, company, currency, what is open in that currency)
        """
        move_ids = {key for entry in found for key in entry.get("move_ids") or ()}
        line_ids = {key for entry in found for key in entry.get("line_ids") or ()}
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.move_id, line.company_id, line.currency_id,
                       line.amount_residual_currency::float8
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE (line.move_id = ANY(%(moves)s) OR line.id = ANY(%(lines)s))
                   AND %(is_receivable)s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                 ORDER BY %(due_date)s, line.id
                """,
                moves=list(move_ids),
                lines=list(line_ids),
                is_receivable=is_receivable_sql(),
                due_date=due_date_sql(),
            )
        )
        return self.env.cr.fetchall()

    def _dso_allocate(self, found, lines):
        """Spread sums over the items that they are for, the oldest first; no item gets more than
        is open.

        :param found: [dict with ``move_ids`` or ``line_ids``, ``day``, ``amount``,
            ``currency_id``, ``source``], in the order in which they count
        :param lines: the items that are open, see :meth:`_dso_read_open`
        :return: list of :class:`engine.announced.Announced`, only of these items
        """
        left = {row[0]: row[4] for row in lines}
        own = set(self.ids)
        result = []
        for entry in found:
            moves, chosen = set(entry.get("move_ids") or ()), set(entry.get("line_ids") or ())
            rows = [row for row in lines if (row[0] in chosen if chosen else row[1] in moves)]
            by_currency = defaultdict(dict)
            for line_id, _move, company_id, currency_id, _open in rows:
                by_currency[company_id, currency_id][line_id] = left[line_id]
            amount = entry["amount"]
            for (company_id, currency_id), open_ones in by_currency.items():
                given = self._dso_convert(amount, entry, company_id, currency_id)
                parts = rules.allocate(given, open_ones)
                for line_id, part in parts.items():
                    left[line_id] -= part
                    if line_id in own:
                        result.append(Announced(line_id, entry["day"], part, entry["source"]))
                if amount and given:
                    amount -= amount * sum(parts.values()) / given
        return result

    def _dso_convert(self, amount, entry, company_id, currency_id):
        """An amount in the currency of an item; ``None`` stands for all that is open."""
        if amount is None:
            return float("inf")
        if entry["currency_id"] == currency_id:
            return amount
        Currency = self.env["res.currency"]
        return Currency.browse(entry["currency_id"])._convert(
            amount,
            Currency.browse(currency_id),
            self.env["res.company"].browse(company_id),
            entry["day"] or fields.Date.context_today(self),
        )

    def _dso_read_payments(self):
        """Payments without an entry, of these items' invoices: in process, or validated and so
        received. Of the latter those that an entry of the same amount has booked since are out."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT payment.id, payment.state, payment.date, payment.amount::float8 AS amount,
                       payment.currency_id, payment.name, array_agg(rel.invoice_id) AS move_ids
                  FROM account_move__account_payment rel
                  JOIN account_payment payment ON payment.id = rel.payment_id
                 WHERE payment.id IN (
                           SELECT own.payment_id
                             FROM account_move__account_payment own
                             JOIN account_move_line line ON line.move_id = own.invoice_id
                            WHERE line.id = ANY(%s)
                       )
                   AND payment.move_id IS NULL
                   AND payment.payment_type = 'inbound'
                   AND payment.state IN ('in_process', 'paid')
                 GROUP BY payment.id
                 ORDER BY payment.date, payment.id
                """,
                self.ids,
            )
        )
        received = [row for row in rows if row["state"] == "paid"]
        if received:
            booked = self._dso_read_booked({key for row in received for key in row["move_ids"]})
            rows = [row for row in rows if row["state"] != "paid"]
            for row in received:
                entries = booked[tuple(sorted(row["move_ids"]))]
                if rules.unbooked([row["amount"]], entries):
                    rows.append(row)
                else:
                    entries.remove(min(entries, key=lambda each: abs(each - row["amount"])))
        return [
            {
                "move_ids": row["move_ids"],
                "day": row["date"] if row["state"] == "in_process" else None,
                "amount": row["amount"],
                "currency_id": row["currency_id"],
                "source": self.env._("payment %(payment)s", payment=row["name"])
                if row["name"]
                else self.env._("payment registered"),
            }
            for row in rows
        ]

    def _dso_read_booked(self, move_ids):
        """What was matched with invoices, by the invoices of a payment: {move ids: [amounts]}"""
        self.env.cr.execute(
            SQL(
                """
                SELECT line.move_id, partial.debit_amount_currency::float8
                  FROM account_partial_reconcile partial
                  JOIN account_move_line line ON line.id = partial.debit_move_id
                 WHERE line.move_id = ANY(%s)
                """,
                list(move_ids),
            )
        )
        amounts = self.env.cr.fetchall()
        return _Booked(amounts)

    def _dso_get_transactions_sql(self):
        """The ids of the online payments that these items, or their invoices, were chosen for."""
        return SQL(
            """
            SELECT rel.payment_transaction_id AS id
              FROM dso_payment_transaction_line_rel rel
             WHERE rel.account_move_line_id = ANY(%(lines)s)
             UNION
            SELECT rel.transaction_id
              FROM account_invoice_transaction_rel rel
              JOIN account_move_line line ON line.move_id = rel.invoice_id
             WHERE line.id = ANY(%(lines)s)
            """,
            lines=self.ids,
        )

    def _dso_read_transactions(self):
        """Online payments of these items that are pending, authorised, or done and not booked yet,
        less what of them was captured or given up."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH chosen AS (%(chosen)s)
                SELECT tx.id, tx.reference, tx.last_state_change, tx.currency_id, tx.company_id,
                       (tx.amount - COALESCE((
                           SELECT sum(child.amount)
                             FROM payment_transaction child
                            WHERE child.source_transaction_id = tx.id
                              AND child.state IN ('done', 'cancel')
                              AND child.operation IS DISTINCT FROM 'refund'
                       ), 0))::float8 AS amount,
                       ARRAY(
                           SELECT rel.account_move_line_id
                             FROM dso_payment_transaction_line_rel rel
                            WHERE rel.payment_transaction_id = tx.id
                       ) AS line_ids,
                       ARRAY(
                           SELECT rel.invoice_id
                             FROM account_invoice_transaction_rel rel
                            WHERE rel.transaction_id = tx.id
                       ) AS move_ids
                  FROM payment_transaction tx
                 WHERE tx.id IN (SELECT id FROM chosen)
                   AND (
                       tx.state IN ('pending', 'authorized')
                       OR tx.state = 'done' AND tx.is_post_processed IS NOT TRUE
                   )
                   AND tx.payment_id IS NULL
                   AND COALESCE(tx.operation, '') NOT IN ('refund', 'validation')
                   AND (tx.source_transaction_id IS NULL OR tx.state = 'done')
                 ORDER BY tx.last_state_change, tx.id
                """,
                chosen=self._dso_get_transactions_sql(),
            )
        )
        Company = self.env["res.company"]
        return [
            {
                **row,
                "day": Company.browse(row["company_id"])._dso_today(row["last_state_change"]),
                "source": self.env._("online payment %(payment)s", payment=row["reference"]),
            }
            for row in rows
            if row["amount"] > 0
        ]

    def _dso_read_answers(self):
        """Accepted answers of customers who say that these items were paid."""
        field = self.env["dso.page.answer"]._fields["line_ids"]
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT answer.id, answer.date, answer.create_date, answer.currency_id,
                       answer.company_id, NULLIF(answer.amount, 0)::float8 AS amount,
                       array_agg(rel.%(line)s) AS line_ids
                  FROM %(table)s rel
                  JOIN dso_page_answer answer ON answer.id = rel.%(answer)s
                 WHERE answer.id IN (
                           SELECT own.%(answer)s
                             FROM %(table)s own
                            WHERE own.%(line)s = ANY(%(lines)s)
                       )
                   AND answer.kind = 'processing'
                   AND answer.state = 'accepted'
                 GROUP BY answer.id
                 ORDER BY answer.id
                """,
                table=SQL.identifier(field.relation),
                line=SQL.identifier(field.column2),
                answer=SQL.identifier(field.column1),
                lines=self.ids,
            )
        )
        Company = self.env["res.company"]
        return [
            {
                **row,
                "day": row["date"]
                or Company.browse(row["company_id"])._dso_today(row["create_date"]),
                "source": self.env._("answer from the customer"),
            }
            for row in rows
        ]

    def _dso_read_direct_debits(self):
        """Items that the customer lets us collect: expected on their due date, whether or not that
        was ordered yet; nothing is asked for before it failed."""
        rows = self._dso_read_debited()
        if not rows:
            return []
        # another way of payment that failed says nothing of the debit
        back = [entry for entry in self._dso_read_returned() if entry.get("is_debit", True)]
        moves = {key for entry in back for key in entry.get("move_ids") or ()}
        lines = {key for entry in back for key in entry.get("line_ids") or ()}
        return [
            {
                "line_ids": [row["id"]],
                "day": row["day"],
                "amount": None,
                "currency_id": row["currency_id"],
                "source": self.env._("direct debit"),
            }
            for row in rows
            if row["id"] not in lines and row["move_id"] not in moves
        ]

    def _dso_read_debited(self):
        """Which of these items the customer lets us collect, as the invoice's preferred payment
        method says. An add-on with a mark of its own adds to it.

        :return: list of dicts with ``id``, ``move_id``, ``day`` (the due date), ``currency_id``
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.currency_id, method.code,
                       %(due_date)s AS day
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_payment_method_line way
                    ON way.id = move.preferred_payment_method_line_id
                  JOIN account_payment_method method ON method.id = way.payment_method_id
                 WHERE line.id = ANY(%(lines)s)
                   AND method.payment_type = 'inbound'
                 ORDER BY day, line.id
                """,
                due_date=due_date_sql(),
                lines=self.ids,
            )
        )
        return [row for row in rows if rules.is_direct_debit(row["code"] or "")]

    # ------------------------------------------------------------------
    # What came back
    # ------------------------------------------------------------------

    def _dso_get_returned(self):
        """Money for these items that came back, the last of each while something is open.

        :return: {line id: (date, amount in the item's currency, the bank's reason)}
        """
        if not self.ids:
            return {}
        result = {}
        for entry in self._dso_list_returned():
            known = result.get(entry.item_id)
            if not known or known[0] <= entry.day:
                result[entry.item_id] = (entry.day, entry.amount, entry.source)
        return result

    def _dso_list_returned(self):
        """Each sum of money for these items that came back.

        :return: list of :class:`engine.announced.Announced`, ``source`` being the reason
        """
        self.env.flush_all()
        found = self._dso_read_returned()
        lines = self._dso_read_open(found) if found else []
        # each by itself: what failed twice would not have come twice
        return [part for entry in found for part in self._dso_allocate([entry], lines)]

    def _dso_read_returned(self):
        """Payments of these items that were rejected, and online payments that failed. An add-on
        adds its own.

        :return: list of dicts, see :meth:`_dso_read_announced`; ``source`` is the bank's reason,
            ``is_debit`` (default ``True``) whether it would have been a direct debit
        """
        return [*self._dso_read_rejected(), *self._dso_read_failed()]

    def _dso_read_rejected(self):
        """Payments of these items that were rejected."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT payment.id, payment.write_date, payment.company_id,
                       payment.amount::float8 AS amount, payment.currency_id, payment.name,
                       array_agg(rel.invoice_id) AS move_ids
                  FROM account_move__account_payment rel
                  JOIN account_payment payment ON payment.id = rel.payment_id
                 WHERE payment.id IN (
                           SELECT own.payment_id
                             FROM account_move__account_payment own
                             JOIN account_move_line line ON line.move_id = own.invoice_id
                            WHERE line.id = ANY(%s)
                       )
                   AND payment.payment_type = 'inbound'
                   AND payment.state = 'rejected'
                 GROUP BY payment.id
                 ORDER BY payment.id
                """,
                self.ids,
            )
        )
        Company = self.env["res.company"]
        return [
            {
                **row,
                "day": Company.browse(row["company_id"])._dso_today(row["write_date"]),
                "source": self.env._("payment %(payment)s was rejected", payment=row["name"])
                if row["name"]
                else self.env._("the payment was rejected"),
            }
            for row in rows
        ]

    def _dso_read_failed(self):
        """Online payments of these items that failed or were cancelled after they were announced,
        less what of them was captured; and what of others was given up before it was."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH chosen AS (%(chosen)s), found AS (
                    SELECT tx.id, tx.id AS about_id
                      FROM payment_transaction tx
                     WHERE tx.id IN (SELECT id FROM chosen)
                       AND tx.source_transaction_id IS NULL
                     UNION ALL
                    SELECT part.id, about.id
                      FROM payment_transaction part
                      JOIN payment_transaction about ON about.id = part.source_transaction_id
                     WHERE about.id IN (SELECT id FROM chosen)
                       AND about.state NOT IN ('cancel', 'error')
                       AND part.state = 'cancel'
                )
                SELECT tx.id, tx.reference, tx.state, tx.state_message, tx.last_state_change,
                       tx.currency_id, tx.company_id, method.code,
                       (tx.amount - COALESCE((
                           SELECT sum(child.amount)
                             FROM payment_transaction child
                            WHERE child.source_transaction_id = tx.id
                              AND child.state = 'done'
                              AND child.operation IS DISTINCT FROM 'refund'
                       ), 0))::float8 AS amount,
                       ARRAY(
                           SELECT rel.account_move_line_id
                             FROM dso_payment_transaction_line_rel rel
                            WHERE rel.payment_transaction_id = found.about_id
                       ) AS line_ids,
                       ARRAY(
                           SELECT rel.invoice_id
                             FROM account_invoice_transaction_rel rel
                            WHERE rel.transaction_id = found.about_id
                       ) AS move_ids
                  FROM found
                  JOIN payment_transaction tx ON tx.id = found.id
                  JOIN payment_method method ON method.id = tx.payment_method_id
                 WHERE tx.state IN ('cancel', 'error')
                   AND tx.dso_came_back
                   AND COALESCE(tx.operation, '') NOT IN ('refund', 'validation')
                 ORDER BY tx.last_state_change, tx.id
                """,
                chosen=self._dso_get_transactions_sql(),
            )
        )
        Company = self.env["res.company"]
        Transaction = self.env["payment.transaction"]
        return [
            {
                **row,
                "day": Company.browse(row["company_id"])._dso_today(row["last_state_change"]),
                "source": Transaction._dso_describe_failure(
                    row["reference"], row["state"], row["state_message"]
                ),
                "is_debit": rules.is_direct_debit(row["code"] or ""),
            }
            for row in rows
            if row["amount"] > 0
        ]


class _Booked(dict):
    """{move ids of a payment: amounts that were matched with them}, made when asked for."""

    def __init__(self, amounts):
        super().__init__()
        self._amounts = amounts

    def __missing__(self, move_ids):
        found = [amount for move_id, amount in self._amounts if move_id in move_ids]
        self[move_ids] = found
        return found
