"""What late items cost: the facts for ``engine.penalties``, read at once for any number."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import leader, penalties
from ...tools.inside import get_inside
from ...tools.ledger import due_date_sql, get_due_date, is_receivable_sql

#: Nothing due: interest, recovery cost, breakdown.
NOTHING = (0.0, 0.0, [])
#: What names an item and says when it is due.
DOCUMENT_FIELDS = (
    "currency_id",
    "date",
    "date_maturity",
    "journal_id",
    "move_id",
    "move_name",
    "name",
    "ref",
)


class AccountMoveLine(models.Model):
    """The part of ``account.move.line`` about late payment penalties and recovery cost."""

    _inherit = "account.move.line"

    dso_penalty = fields.Monetary(
        string="Interest to Date",
        compute="_compute_dso_penalty",
        currency_field="currency_id",
        groups="dso_collection.group_dso_reader",
        help="Late payment interest to date, not invoiced yet.",
    )
    dso_recovery_cost = fields.Monetary(
        string="Recovery Cost",
        compute="_compute_dso_penalty",
        currency_field="currency_id",
        groups="dso_collection.group_dso_reader",
        help="Not invoiced yet.",
    )

    @api.depends("amount_residual", "date_maturity", "dso_status_id")
    @api.depends_context("dso_today")
    def _compute_dso_penalty(self):
        found = {}
        items = self._origin._dso_filter_seen()
        for company, lines in items.grouped("company_id").items():
            today = get_inside(self.env, "dso_today") or company._dso_today()
            found.update(lines._dso_penalties(today))
        for line in self:
            line.dso_penalty, line.dso_recovery_cost, _parts = found.get(line._origin.id, NOTHING)

    def _dso_filter_seen(self):
        """The items whose collection file the user may see."""
        pairs = {
            (customer.partner_id, customer.company_id) for customer in self._dso_get_customers()
        }
        return self.filtered(
            lambda line: (line.partner_id.commercial_partner_id, line.company_id) in pairs
        )

    def _dso_penalties(self, on_date, include_charged=False):
        """Late payment interest and recovery cost of these items, to a day included.

        Posted customer invoices only, also those paid late since; not those in dispute, nor penalty
        invoices themselves (no interest on interest). As the company's rule and the customer's
        switches say; never for consumers. What was invoiced already is left out.

        The number of queries does not depend on the number of items. Whoever calls it for a user
        checks that the user may see the items.

        :param on_date: the last day that counts; payments of that day are not deducted yet
        :param include_charged: also what was invoiced already
        :return: {line id: (interest, recovery cost, breakdown)}, both amounts in the item's
            currency and rounded once; the breakdown is a list of dicts ``from``, ``to`` (both
            days included), ``days``, ``rate`` (percent a year), ``base``, ``interest`` (not
            rounded), ``assumed`` (whether the half-year's reference rate is missing and the one of
            ``reference_date`` was used)
        """
        on_date = fields.Date.to_date(on_date)
        result = dict.fromkeys(self.ids, NOTHING)
        # sudo: what an item costs is a fact of the rules, not of the reader's rights
        items = self.sudo()
        items.fetch(["company_id"])  # at once, however many
        companies = items.company_id
        if not companies.dso_penalty_rule_id:
            return result
        rows = self._dso_read_penalty_rows()
        bearing = [row["id"] for row in rows if not row["reason"]]
        paid = self._dso_read_penalty_payments(bearing)
        for line_id, payments in self._dso_read_unmatched(bearing).items():
            paid[line_id] = (*paid.get(line_id, ()), *payments)
        charged = {}
        if not include_charged:
            charged = self.env["dso.penalty.charge"]._get_until_by_item(
                {row["move_id"] for row in rows}
            )
        rates = self.env["dso.penalty.rate"]._get_engine_rates(
            set(companies.dso_penalty_rule_id.filtered("reference").mapped("reference"))
        )
        by_company = defaultdict(list)
        for row in rows:
            if not row["reason"]:
                by_company[row["company_id"]].append(row)
        for company in companies:
            found = self._dso_calculate_penalties(
                company, by_company[company.id], paid, charged, rates, on_date
            )
            result.update((line_id, found[line_id]) for line_id in found.keys() & result.keys())
        return result

    def _dso_calculate_penalties(self, company, rows, paid, charged, rates, on_date):
        """:meth:`_dso_penalties` of one company, from what was read before.

        :return: {line id: (interest, recovery cost, breakdown)}
        """
        rule = company.dso_penalty_rule_id
        if not rows or not rule:
            return {}
        engine_rule = rule._to_engine(rates)
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in rows})
        # of the rule's currency for one of the item's
        exchange = {
            currency.id: currency._get_conversion_rate(currency, rule.currency_id, company, on_date)
            for currency in currencies
        }
        claims = {
            row["id"]: penalties.Claim(
                id=row["id"],
                due_date=row["due_date"],
                amount=self._dso_get_penalty_base(row),
                payments=paid.get(row["id"], ()),
                invoice_id=row["move_id"],
                exchange=exchange[row["currency_id"]],
            )
            for row in rows
        }
        costs = penalties.recovery_costs(claims.values(), engine_rule, on_date)
        with_cost = {move_id for (move_id, _line_id), (_day, cost, _sum) in charged.items() if cost}
        per_invoice = engine_rule.recovery_per == "invoice"
        currencies = {currency.id: currency for currency in currencies}
        result = {}
        for row in rows:
            since, cost_charged = self._dso_get_penalty_charged(row, charged)
            if per_invoice:
                cost_charged = row["move_id"] in with_cost
            claim, currency = claims[row["id"]], currencies[row["currency_id"]]
            parts = []
            if row["penalty_enabled"]:
                parts = penalties.segments(claim, engine_rule, on_date, since)
            cost = 0.0
            if row["recovery_cost_enabled"] and not cost_charged and claim.exchange:
                cost = currency.round(costs.get(row["id"], 0.0) / claim.exchange)
            result[row["id"]] = (
                penalties.total(parts, currency.rounding),
                cost,
                [self._dso_prepare_penalty_segment(part) for part in parts],
            )
        return result

    def _dso_get_penalty_charged(self, row, charged):
        """What was invoiced already of an item's penalties.

        What was charged on an item that is no more, because its invoice was made anew, counts for
        all items of the invoice.

        :param charged: see ``dso.penalty.charge._get_until_by_item``
        :return: the last day that is charged, if there is one; whether a recovery cost is
        """
        nothing = (None, 0.0, 0.0)
        own = charged.get((row["move_id"], row["id"]), nothing)
        orphans = charged.get((row["move_id"], False), nothing)
        since = max(filter(None, (own[0], orphans[0])), default=None)
        return since, bool(own[1] or orphans[1])

    def _dso_get_penalty_base(self, row):
        """What of an item bears interest before any payment, in its currency: all but the part of
        it that is in dispute.

        :param row: see :meth:`_dso_read_penalty_rows`
        """
        amount = row["amount_currency"]
        if row["part"] is None:
            return amount
        return amount - leader.open_part(row["kind"], row["part"], row["part_of"], amount)

    def _dso_prepare_penalty_segment(self, part):
        """One entry of the breakdown, see :meth:`_dso_penalties`."""
        return {
            "from": part.start,
            "to": part.end,
            "days": part.days,
            "rate": part.rate,
            "base": part.base,
            "interest": part.interest,
            "assumed": part.assumed,
            "reference_date": part.reference_date,
        }

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def _dso_read_penalty_rows(self):
        """These items and the other instalments of their invoices, with what decides whether they
        bear penalties.

        :return: list of dicts; ``reason``: why there are none (see
            :meth:`_dso_get_penalty_reason`), ``None`` otherwise
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.company_id, line.currency_id,
                       line.amount_currency::float8 AS amount_currency,
                       line.amount_residual_currency::float8 AS amount_residual_currency,
                       part.amount AS part, part.amount_residual AS part_of,
                       %(due_date)s AS due_date,
                       company.dso_penalty_rule_id AS rule_id,
                       line.parent_state = 'posted' AND move.move_type = 'out_invoice'
                           AND %(is_receivable)s AS is_invoice,
                       COALESCE(move.dso_penalty, FALSE) AS is_penalty,
                       status.kind,
                       COALESCE(commercial.is_company, FALSE) AS is_company, commercial.vat,
                       COALESCE(
                           customer.penalty_enabled,
                           customer.id IS NULL AND company.dso_default_penalty_enabled, FALSE
                       ) AS penalty_enabled,
                       COALESCE(
                           customer.recovery_cost_enabled,
                           customer.id IS NULL AND company.dso_default_recovery_cost_enabled, FALSE
                       ) AS recovery_cost_enabled
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_company company ON company.id = line.company_id
             LEFT JOIN account_account account ON account.id = line.account_id
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
             LEFT JOIN res_partner commercial ON commercial.id = partner.commercial_partner_id
             LEFT JOIN dso_customer customer
                    ON customer.partner_id = commercial.id
                   AND customer.company_id = line.company_id
             LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
             LEFT JOIN LATERAL (%(parts)s) part
                    ON part.kind = status.kind AND part.kind = 'dispute' AND part.amount > 0
                 WHERE line.id = ANY(%(ids)s)
                    OR (
                        move.move_type = 'out_invoice'
                        AND %(is_receivable)s
                        AND line.move_id IN (
                            SELECT move_id FROM account_move_line WHERE id = ANY(%(ids)s)
                        )
                    )
                """,
                ids=self.ids,
                parts=self.env["dso.qualification"]._get_part_query(
                    SQL("status.kind = 'dispute' AND qualification.line_id = line.id")
                ),
                due_date=due_date_sql(),
                is_receivable=is_receivable_sql(),
            )
        )
        for row in rows:
            row["reason"] = self._dso_get_penalty_reason(row)
        return rows

    def _dso_get_penalty_reason(self, row):
        """Why an item bears no penalties, as a code; ``None`` where it may."""
        if not row["rule_id"]:
            return "no_rule"
        if not row["is_invoice"]:
            return "no_invoice"
        if row["is_penalty"]:
            return "penalty"
        if not row["is_company"] and not (row["vat"] or "").strip(" /"):
            return "consumer"
        partial = leader.is_part(row["part"], row["amount_residual_currency"])
        if row["kind"] == "dispute" and not partial:
            return "dispute"
        if not row["penalty_enabled"] and not row["recovery_cost_enabled"]:
            return "off"
        return None

    def _dso_read_penalty_payments(self, line_ids):
        """{line id: what reduced it and when, see :class:`engine.penalties.Payment`}, in the
        item's currency. The day is that of the later of the two entries matched."""
        if not line_ids:
            return {}
        result = defaultdict(tuple)
        for line_id, day, amount in self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, max_date, SUM(debit_amount_currency)
                  FROM account_partial_reconcile
                 WHERE debit_move_id = ANY(%s)
              GROUP BY 1, 2
              ORDER BY 1, 2
                """,
                line_ids,
            )
        ):
            result[line_id] += (penalties.Payment(day, float(amount)),)
        return result

    def _dso_read_unmatched(self, line_ids):
        """{line id: what credits that nobody has matched yet pay of it}, from the day they came,
        see :func:`engine.penalties.apply_credits`. What is in dispute or left out neither pays nor
        is paid."""
        if not line_ids:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH files AS (
                    SELECT DISTINCT line.company_id, partner.commercial_partner_id
                      FROM account_move_line line
                      JOIN res_partner partner ON partner.id = line.partner_id
                     WHERE line.id = ANY(%(lines)s) AND line.reconciled IS NOT TRUE
                ), opened AS (
                    SELECT line.id, line.company_id, files.commercial_partner_id,
                           line.currency_id, line.amount_residual_currency::float8 AS amount,
                           CASE WHEN line.amount_residual_currency < 0 THEN line.date
                                ELSE %(due_date)s
                           END AS day,
                           status.kind
                      FROM files
                      JOIN res_partner partner
                        ON partner.commercial_partner_id = files.commercial_partner_id
                      JOIN account_move_line line
                        ON line.partner_id = partner.id AND line.company_id = files.company_id
                      JOIN account_account account ON account.id = line.account_id
                 LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
                     WHERE %(is_receivable)s
                       AND line.parent_state = 'posted'
                       AND line.reconciled IS NOT TRUE
                       AND line.amount_residual_currency != 0
                       AND line.no_followup IS NOT TRUE
                       AND line.dso_ignored IS NOT TRUE
                )
                SELECT opened.*
                  FROM opened
                 WHERE EXISTS (
                           SELECT 1
                             FROM opened credit
                            WHERE credit.amount < 0
                              AND credit.company_id = opened.company_id
                              AND credit.commercial_partner_id = opened.commercial_partner_id
                              AND credit.currency_id = opened.currency_id
                       )
                """,
                lines=line_ids,
                due_date=due_date_sql(),
                is_receivable=is_receivable_sql(),
            )
        )
        disputed = [row["id"] for row in rows if row["kind"] == "dispute"]
        # sudo: parts in dispute of items that the caller asked about
        parts = self.env["account.move.line"].sudo().browse(disputed)._dso_get_parts()
        by_file = defaultdict(list)
        for row in rows:
            amount = row["amount"]
            if row["kind"] == "dispute":
                amount = max(0.0, amount - parts.get(row["id"], amount))
            if amount:
                key = (row["company_id"], row["commercial_partner_id"], row["currency_id"])
                by_file[key].append(penalties.Open(row["id"], row["day"], amount))
        result = {}
        for items in by_file.values():
            result.update(penalties.apply_credits(items))
        return result

    # ------------------------------------------------------------------
    # On screen
    # ------------------------------------------------------------------

    def _dso_get_penalty_statement(self, on_date):
        """These items with their penalties, for the breakdown, letters and invoices.

        :return: [dict with ``line``, ``document``, ``due_date``, ``currency_id`` (record),
            ``penalty``, ``recovery_cost``, ``breakdown``], oldest first, those without left out
        """
        found = self._dso_penalties(on_date)
        # sudo: documents and dates of items that the caller may see
        lines = self.sudo().filtered(lambda line: any(found[line.id][:2]))
        lines.fetch(DOCUMENT_FIELDS)
        lines.move_id.fetch(["name", "move_type"])
        return [
            {
                "line": line,
                "document": line._dso_get_document(),
                "due_date": get_due_date(line),
                "currency_id": line.currency_id,
                "penalty": found[line.id][0],
                "recovery_cost": found[line.id][1],
                "breakdown": found[line.id][2],
            }
            for line in lines.sorted(lambda line: (get_due_date(line), line.id))
        ]

    def _dso_describe_penalty_reasons(self, on_date):
        """[(item, why it has no penalties, as a sentence)] for those that have none."""
        found = self._dso_penalties(on_date)
        rows = {row["id"]: row for row in self._dso_read_penalty_rows()}
        charged = self.env["dso.penalty.charge"]._get_until_by_item(
            {row["move_id"] for row in rows.values()}
        )
        result = []
        for line in self:
            if any(found[line.id][:2]):
                continue
            row = rows[line.id]
            code = row["reason"]
            if not code:
                invoiced = (row["move_id"], line.id) in charged
                code = "charged" if invoiced else "not_late"
            result.append((line, line._dso_describe_penalty_reason(code)))
        return result

    def _dso_describe_penalty_reason(self, code):
        self.ensure_one()
        values = {
            # sudo: names shown with the item
            "document": self.sudo()._dso_get_document(),
            "customer": self.sudo().partner_id.commercial_partner_id.display_name,
            "company": self.sudo().company_id.name,
        }
        texts = {
            "no_rule": self.env._(
                "%(company)s has no penalty rule. Ask your administrator to choose one in the "
                "Collection settings.",
                **values,
            ),
            "no_invoice": self.env._(
                "%(document)s is not a posted customer invoice: only those bear penalties.",
                **values,
            ),
            "penalty": self.env._(
                "%(document)s is itself a penalty invoice: it bears no interest.", **values
            ),
            "consumer": self.env._(
                "%(customer)s is not a company and has no tax ID: consumers never pay penalties.",
                **values,
            ),
            "dispute": self.env._(
                "%(document)s is in dispute: no penalties until it is resolved.", **values
            ),
            "off": self.env._(
                "Penalties and recovery costs are off for %(customer)s. Switch them on in its "
                "collection file.",
                **values,
            ),
            "charged": self.env._(
                "The penalties of %(document)s are already invoiced to this day.", **values
            ),
            "not_late": self.env._("%(document)s is not late.", **values),
        }
        return texts[code]

    def _dso_check_customer_access(self):
        """Whether the user may see the collection files of these items.

        :raise AccessError: otherwise
        """
        pairs = {(line.company_id.id, line.partner_id.commercial_partner_id.id) for line in self}
        # sudo: found whether or not the user may see them, then checked as the user
        customers = (
            self.env["dso.customer"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "in", [company for company, _partner in pairs]),
                    ("partner_id", "in", [partner for _company, partner in pairs]),
                ]
            )
        )
        customers = customers.filtered(
            lambda customer: (customer.company_id.id, customer.partner_id.id) in pairs
        )
        customers.sudo(False).check_access("read")

    def action_dso_view_penalties(self):
        """Show the breakdown of the penalties of these items."""
        if not self:
            raise UserError(self.env._("Select the items whose penalties you want to see."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_penalty_breakdown_action"
        )
        # made now: a dialog of a new record would open its date's calendar
        wizard = self.env["dso.penalty.breakdown"].create({"line_ids": self.ids})
        return dict(action, res_id=wizard.id)
