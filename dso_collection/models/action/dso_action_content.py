"""What an action says: items, totals and the values that templates use.

Everything here is made for many actions at once: the dispatcher renders batches.
"""

import functools
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ...engine import amounts, families, leader, penalties
from ...tools.inside import get_inside
from ...tools.ledger import get_due_date

#: What a line of the statement is made of, see ``account.move.line._dso_prepare_row``.
STATEMENT_FIELDS = (
    "amount_residual",
    "amount_residual_currency",
    "currency_id",
    "date",
    "date_maturity",
    "invoice_date",
    "journal_id",
    "move_id",
    "move_name",
    "name",
    "payment_id",
    "ref",
    "statement_line_id",
)


class DsoAction(models.Model):
    """The part of ``dso.action`` that finds words and figures."""

    _inherit = "dso.action"

    lang = fields.Char(
        string="Language", compute="_compute_recipient_values", help="The recipients' language."
    )
    contact_name = fields.Char(compute="_compute_recipient_values")
    items_table = fields.Html(compute="_compute_items_content", sanitize=False)
    penalties_table = fields.Html(
        compute="_compute_items_content",
        sanitize=False,
        help="Interest and recovery costs with their breakdown; empty where there are none.",
    )
    total_text = fields.Char(compute="_compute_items_content", string="Total Requested")
    total_in_words = fields.Char(
        compute="_compute_items_content", help="Shows the amount requested, on paper only."
    )
    item_count = fields.Integer(compute="_compute_items_content")
    oldest_days_overdue = fields.Integer(
        string="Oldest, Days Overdue", compute="_compute_items_content"
    )
    last_action_date = fields.Date(compute="_compute_last_action_date")
    status_text = fields.Char(
        compute="_compute_status_text", help="Shows the items' status with its date and amount."
    )
    record_url = fields.Char(compute="_compute_record_url")
    bank_details = fields.Html(compute="_compute_items_content", sanitize=False)
    deadline = fields.Date(compute="_compute_deadline", help="Eight days after today.")

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What a text may use without the right to edit templates freely."""
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.lang",
            "object.total_text",
            "object.items_table",
            "object.penalties_table",
            "object.bank_details",
            "object.comment",
            "object.status_text",
            "object.record_url",
            "object.collector_id.name",
            "object.collector_id.partner_id.phone",
            "object.company_id.name",
        )

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def _get_claimed_lines(self, facts=None):
        """The journal items that each open action would tell of, were it done today.

        :param facts: what was read of their customers in this transaction, default read now
        :return: {action id: account.move.line, oldest first, credits last}
        """
        Line = self.env["account.move.line"]
        return {key: Line.browse(told) for key, told in self._get_claimed_items(facts).items()}

    def _get_claimed_items(self, facts=None):
        """What each open action would ask for, were it done today.

        :param facts: see ``_get_claimed_lines``
        :return: {action id: {line id: the part asked for in the line's currency, ``None`` for all
            that is open}}, oldest first, credits last
        """
        # a user's own action tells of the items that were chosen for it
        chosen = self.filtered(lambda action: action.origin != "scenario" and action.item_ids)
        result = chosen._get_claimed_own_items() if chosen else {}
        others = self - chosen
        if not others:
            return result
        # sudo: which items are chased is a matter of the rules, not of the reader's rights
        customers = others.customer_id.sudo().with_context(active_test=False)
        todays = customers._get_todays(get_inside(self.env, "dso_today"))
        facts = facts or customers._read_facts(todays)
        for action in others:
            # in a form that is being changed, the customer is not the stored one
            customer = action.customer_id._origin
            if not customer:
                result[action.id] = {}
                continue
            company_id = action.company_id.id
            today = todays[company_id]
            items, settings = facts.customers[customer.id].items, facts.settings[company_id]
            if action._is_statement():
                told = families.select_items(items, "all", today, settings)
                result[action.id] = dict.fromkeys(item.id for item in told)
                continue
            line = action.leader_line_id
            until = amounts.asked_until(today, get_due_date(line) or None)
            told = amounts.claimed_items(items, until, today, settings)
            result[action.id] = {item.id: self._get_claimed_part(item, today) for item in told}
        return result

    def _get_claimed_own_items(self):
        """What actions ask for that have items of their own, see ``_get_claimed_items``."""
        # sudo: the customer's own items, whoever looks at the action
        items = self.sudo().item_ids
        parts = items.filtered("partial").line_id._dso_get_parts()
        result = {}
        for action in self.sudo():
            told = {
                item.line_id: parts.get(item.line_id.id) if item.partial else None
                for item in action.item_ids
                if item.line_id._dso_is_open()
            }
            lines = sorted(
                told,
                key=lambda line: (
                    line.amount_residual < 0,
                    get_due_date(line),
                    line.id,
                ),
            )
            result[action.id] = {line.id: told[line] for line in lines}
        return result

    def _get_claimed_part(self, item, today):
        """What a scenario asks for of an engine item: all but the part held back."""
        withheld = leader.withheld_amount(item, today)
        if not withheld:
            return None
        # sudo: the customer's own items, whoever looks at the action
        line = self.env["account.move.line"].sudo().browse(item.id)
        share = (item.amount - withheld) / item.amount
        return line.currency_id.round(line.amount_residual_currency * share)

    def _get_rows(self, facts=None):
        """The lines of the statement, from the snapshot where there is one, else from the ledger.

        :param facts: see ``_get_claimed_lines``
        :return: {action id: [dict with ``line_id``, ``document``, ``invoice_date``, ``due_date``,
            ``days_overdue``, ``currency_id`` (record), ``amount_residual`` (its currency, what is
            asked for), ``amount_company``, ``partial``, ``penalty`` and ``recovery_cost`` (its
            currency), ``breakdown`` (see ``account.move.line._dso_penalties``, empty in a
            snapshot)]}
        """
        done = self.filtered("done_date")
        rows = {
            action.id: [
                {
                    "line_id": item.line_id.id,
                    "document": item.document,
                    # sudo: what kind of document it was, of an action that the user may see
                    "kind": item.sudo().line_id._dso_get_kind() if item.line_id else "entry",
                    "invoice_date": item.invoice_date,
                    "due_date": item.due_date,
                    "days_overdue": item.days_overdue,
                    "currency_id": item.currency_id,
                    "amount_residual": item.amount_residual,
                    "amount_company": item.amount_company,
                    "partial": item.partial,
                    "penalty": item.penalty,
                    "recovery_cost": item.recovery_cost,
                    "breakdown": (),
                }
                for item in action.item_ids
            ]
            for action in done
        }
        todays = self.company_id and (self - done).customer_id._get_todays(
            get_inside(self.env, "dso_today")
        )
        told = (self - done)._get_claimed_items(facts)
        # sudo: the message lists the customer's own documents, whoever sends it
        Line = self.env["account.move.line"].sudo()
        lines = Line.browse({line_id for parts in told.values() for line_id in parts})
        lines.fetch(STATEMENT_FIELDS)
        lines.move_id.fetch(["name", "move_type"])
        # browsed together: what has to be read of one is read of all
        lines = {line.id: line for line in lines}
        for action in self - done:
            today = todays[action.company_id.id]
            rows[action.id] = [
                lines[line_id]._dso_prepare_row(today, part)
                for line_id, part in told[action.id].items()
            ]
        (self - done)._add_penalties(rows, todays)
        return rows

    def _add_penalties(self, rows, todays):
        """Put what late payment costs into the lines of the statements of open actions. Nothing is
        read where the company has no rule, or none of the customers a switch on.

        :param rows: see ``_get_rows``
        :param todays: {company id: today's date there}
        """
        for company, actions in self.grouped("company_id").items():
            # sudo: the rule and the switches decide, whoever acts
            if not company.sudo().dso_penalty_rule_id:
                continue
            charged = actions.sudo().filtered(lambda action: action.customer_id._has_penalties())
            entries = [row for action in charged for row in rows[action.id]]
            if not entries:
                continue
            lines = self.env["account.move.line"].browse({row["line_id"] for row in entries})
            found = lines._dso_penalties(todays[company.id])
            for row in entries:
                row["penalty"], row["recovery_cost"], row["breakdown"] = found[row["line_id"]]

    @api.depends("done_date", "item_ids", "customer_id", "leader_line_id")
    @api.depends_context("lang", "dso_today")
    def _compute_items_content(self):
        # on a screen that is being changed, actions are images of the stored ones
        stored = self._origin
        fresh = self.filtered(lambda action: not action._origin)
        self._set_items_content({**stored._get_rows(), **fresh._get_rows()})

    def _fill_items_content(self, rows):
        """Put into the cache what the templates will ask for, in each recipient's language, so
        that the ledger is not read again."""
        computed = self.pool.field_computed[self._fields["items_table"]]
        for lang, actions in self.grouped("lang").items():
            actions = actions.with_context(lang=lang)
            with actions.env.protecting(computed, actions):
                actions._set_items_content(rows)

    def _set_items_content(self, rows):
        """:param rows: see ``_get_rows``"""
        # the same days come back in many statements
        format_day = functools.cache(functools.partial(format_date, self.env))
        render_banks = functools.cache(self._render_banks)
        banks = self._find_banks(rows)
        for action in self:
            entries = rows[action._origin.id or action.id]
            totals = defaultdict(float)
            for row in entries:
                totals[row["currency_id"]] += row["amount_residual"]
            # never added up: one total for each currency, in a stable order
            totals = sorted(totals.items(), key=lambda entry: entry[0].id)
            claims = [row for row in entries if row["amount_residual"] > 0]
            action.item_count = len(claims)
            action.oldest_days_overdue = max((row["days_overdue"] for row in claims), default=0)
            action.total_text = self._join_amounts(totals)
            action.total_in_words = (
                self._spell_amounts(totals) if action._get_channel()._is_on_paper else False
            )
            action.items_table = self._render_items_table(entries, totals, format_day)
            action.penalties_table = self._render_penalties_table(entries)
            action.bank_details = render_banks(banks[action])

    def _find_banks(self, rows):
        """The bank accounts to which what these actions tell of is paid.

        :param rows: see ``_get_rows``
        :return: {action: ids of res.partner.bank}
        """
        # sudo: where the customer has to pay its own documents
        Line = self.env["account.move.line"].sudo()
        told = {action: rows[action._origin.id or action.id] for action in self}
        claims = {
            row["line_id"]
            for entries in told.values()
            for row in entries
            if row["line_id"] and row["amount_residual"] > 0
        }
        lines = Line.browse(sorted(claims)).exists()
        # at once, for all actions
        lines._dso_get_banks(self.env["res.partner.bank"])
        by_id = {line.id: line for line in lines}
        own = {}
        result = {}
        for action, entries in told.items():
            company = action.company_id
            if company not in own:
                own[company] = company._dso_get_banks()
            told_lines = Line.union(
                *(by_id[row["line_id"]] for row in entries if row["line_id"] in by_id)
            )
            result[action] = tuple(told_lines._dso_get_banks(own[company]).ids)
        return result

    def _render_banks(self, bank_ids):
        """Bank accounts as safe HTML, in the language of the context; empty without any."""
        if not bank_ids:
            return ""
        # sudo: the company's own accounts are what the customer has to pay to
        banks = self.env["res.partner.bank"].sudo().browse(bank_ids)
        return self.env["ir.qweb"]._render(
            "dso_collection.bank_details", {"banks": banks}, minimal_qcontext=True
        )

    def _join_amounts(self, totals):
        """``1,200.00 € and 300.00 $``, in the language of the context."""
        return self._join_texts(
            [format_amount(self.env, amount, currency) for currency, amount in totals]
        )

    def _spell_amounts(self, totals):
        """``1,200.00 € (One Thousand, Two Hundred Euros)``, in the language of the context; what
        is owed to the customer is not spelled out."""
        return self._join_texts(
            [
                f"{format_amount(self.env, amount, currency)} "
                f"({currency.with_context(lang=self.env.lang).amount_to_text(amount)})"
                for currency, amount in totals
                if currency.compare_amounts(amount, 0) > 0
            ]
        )

    def _join_texts(self, texts):
        """``a, b and c``, in the language of the context."""
        if len(texts) > 1:
            return self.env._(
                "%(amounts)s and %(last)s", amounts=", ".join(texts[:-1]), last=texts[-1]
            )
        return "".join(texts)

    def _render_items_table(
        self, entries, totals, format_day, with_costs=False, with_promises=False
    ):
        """The statement as a table that mail programs show alike.

        :param entries: see ``_get_rows``
        :param totals: [(currency, amount)]
        :param with_costs: whether there is a column of late payment interest and recovery costs,
            where any is due
        :param with_promises: whether promises that were not kept are named, as of this day
        :return: safe HTML, empty without entries
        """
        if not entries:
            return ""
        env = self.env
        costs = self._get_costs(entries) if with_costs else {}
        Line = env["account.move.line"]
        kinds = Line._dso_get_kind_words()
        broken = {}
        if with_promises:
            told = Line.browse([row["line_id"] for row in entries if row["line_id"]])
            broken = told._dso_find_broken_promises()
        lines = [
            {
                "broken": broken.get(row["line_id"], ""),
                "document": row["document"],
                "invoice_date": format_day(row["invoice_date"]),
                "due_date": format_day(row["due_date"]),
                "days": row["days_overdue"],
                "amount": format_amount(env, row["amount_residual"], row["currency_id"]),
                "kind": kinds[row["kind"]] if row["amount_residual"] < 0 else "",
                "partial": row["partial"],
                "cost": costs
                and self._format_cost(row["penalty"] + row["recovery_cost"], row["currency_id"]),
            }
            for row in entries
        ]
        return env["ir.qweb"]._render(
            "dso_collection.items_table",
            {
                "lines": lines,
                "charged": bool(costs),
                "totals": [
                    {
                        "currency": currency.name,
                        "amount": format_amount(env, amount, currency),
                        "cost": self._format_cost(costs.get(currency, 0.0), currency),
                    }
                    for currency, amount in totals
                ],
            },
            minimal_qcontext=True,
        )

    @api.model
    def _get_costs(self, rows):
        """{currency: interest and recovery costs} of rows, where there are any."""
        costs = {}
        for row in rows:
            cost = row["penalty"] + row["recovery_cost"]
            if cost:
                currency = row["currency_id"]
                costs[currency] = costs.get(currency, 0.0) + cost
        return costs

    @api.model
    def _format_cost(self, amount, currency):
        return format_amount(self.env, amount, currency) if amount else ""

    @api.model
    def _render_penalties_table(self, rows):
        """Interest and recovery cost of each late item with the breakdown, and their totals per
        currency (never added up), as a table for letters and e-mails, in the context's language.

        :param rows: dicts with ``document``, ``due_date``, ``currency_id`` (record), ``penalty``,
            ``recovery_cost``, ``breakdown`` (see ``account.move.line._dso_penalties``)
        :return: safe HTML, empty where nothing is due
        """
        rows = [row for row in rows if row["penalty"] or row["recovery_cost"]]
        if not rows:
            return ""
        totals = defaultdict(lambda: [0.0, 0.0])
        for row in rows:
            totals[row["currency_id"]][0] += row["penalty"]
            totals[row["currency_id"]][1] += row["recovery_cost"]
        segments = [segment for row in rows for segment in row["breakdown"]]
        return self.env["ir.qweb"]._render(
            "dso_collection.penalties_table",
            {
                "items": [self._prepare_penalties_item(row) for row in rows],
                "totals": [
                    self._prepare_penalties_total(currency, *amounts)
                    for currency, amounts in sorted(totals.items(), key=lambda pair: pair[0].id)
                ],
                "assumed": any(segment["assumed"] for segment in segments),
                "detailed": bool(segments),
            },
            minimal_qcontext=True,
        )

    @api.model
    def _prepare_penalties_item(self, row):
        """One item of the table, formatted in the context's language."""
        env, currency = self.env, row["currency_id"]
        format_rate = env["dso.penalty.rate"]._format_rate
        printed = penalties.round_parts(
            [segment["interest"] for segment in row["breakdown"]], currency.rounding
        )
        return {
            "title": env._(
                "%(document)s, due on %(date)s",
                document=row["document"],
                date=format_date(env, row["due_date"]),
            ),
            "segments": [
                {
                    "from": format_date(env, segment["from"]),
                    "to": format_date(env, segment["to"]),
                    "days": segment["days"],
                    "rate": format_rate(segment["rate"]),
                    "assumed": segment["assumed"],
                    "base": format_amount(env, segment["base"], currency),
                    "interest": format_amount(env, interest, currency),
                }
                for segment, interest in zip(row["breakdown"], printed, strict=True)
            ],
            "interest": row["penalty"] and format_amount(env, row["penalty"], currency),
            "recovery_cost": row["recovery_cost"]
            and format_amount(env, row["recovery_cost"], currency),
        }

    @api.model
    def _prepare_penalties_total(self, currency, interest, recovery_cost):
        """The totals of one currency, formatted in the context's language."""
        return {
            "currency": currency.name,
            "interest": format_amount(self.env, interest, currency),
            "recovery_cost": format_amount(self.env, recovery_cost, currency),
            "amount": format_amount(self.env, interest + recovery_cost, currency),
        }

    # ------------------------------------------------------------------
    # Recipients and other values
    # ------------------------------------------------------------------

    def _get_recipients(self):
        """Who receives each action: those chosen on it, else the contacts for collection that its
        channel reaches. What is internal never leaves for the customer: the colleague that the
        step names gets it, the collector where no step says so.

        :return: {action id: res.partner}
        """
        # sudo: contacts of the customer and addresses of colleagues, whoever sends
        actions = self.sudo()
        serving = actions._get_serving()
        recipients = {}
        for action in actions:
            # also where the caller looks away from archived contacts: others were not chosen
            chosen = action.with_context(active_test=False).recipient_ids.with_env(actions.env)
            others = serving[action.id]
            if chosen and not action.done_date:
                # who left since receives nothing; nobody else does in their place
                if action._get_channel()._is_internal:
                    chosen = action.customer_id._filter_contacts(chosen.filtered("active"))
                else:
                    chosen = action.customer_id._filter_own(chosen)
                others = chosen.browse()
            recipients[action.id] = chosen or others
        return recipients

    def _get_retry_recipients(self):
        """Who gets today what did not arrive: those whom it was for, as far as they may still get
        something, then today's other contacts.

        :return: {action id: res.partner, in this order}
        """
        # sudo: contacts of the customer and addresses of colleagues, whoever sends
        actions = self.sudo()
        serving = actions._get_serving()
        result = {}
        for action in actions:
            today = serving[action.id].filtered("active")
            told = action.with_context(active_test=False).recipient_ids.with_env(actions.env)
            # who is no contact for collection any more gets it where nobody took the place
            result[action.id] = (told & today) | today or action._filter_valid_recipients(
                told, today
            )
        return result

    def _filter_valid_recipients(self, contacts, serving):
        """Those of these contacts that may still get something: nobody who was archived, is
        another company's or works for somebody else by now.

        :param serving: who would get a new one today
        """
        self.ensure_one()
        if self._get_channel()._is_internal:
            own = self.customer_id._filter_contacts(contacts)
        else:
            own = self.customer_id._filter_own(contacts)
        return contacts.filtered(lambda one: one.active and (one in own or one in serving))

    def _get_serving(self):
        """Who would receive each action today if nobody were chosen on it.

        :return: {action id: res.partner}
        """
        # sudo: contacts of the customer and addresses of colleagues, whoever sends
        actions = self.sudo()
        serving = actions.customer_id._find_serving()
        result = {}
        for action in actions:
            if not action._get_channel()._is_internal:
                others = serving[action.customer_id.id]._dso_serving(
                    action._get_channel()._channel_medium
                )
            elif action.step_id:
                others = action.step_id._get_colleagues(action)
            else:
                # nobody who left
                others = action.collector_id.filtered("active").partner_id
            result[action.id] = others
        return result

    @api.depends("recipient_ids", "customer_id", "action_type", "collector_id")
    def _compute_recipient_values(self):
        recipients = self._get_recipients()
        for action in self:
            contacts = recipients[action.id]
            langs = [*contacts.mapped("lang"), action.partner_id.lang, self.env.lang]
            action.lang = next(filter(None, langs), "en_US")
            # False, not empty: templates print their default ("Sir or Madam") then
            # an address is no name to greet somebody by
            if not action.recipient_ids and contacts == action.collector_id.partner_id:
                # as long as no colleague is chosen: nobody greets themselves
                contacts = contacts.browse()
            names = [name for name in contacts.mapped("name") if name and "@" not in name]
            action.contact_name = ", ".join(names) or False

    @api.depends("customer_id")
    def _compute_last_action_date(self):
        """The reminder before this one, whatever its scenario."""
        for action in self:
            customer = action.customer_id
            if not action.done_date:
                action.last_action_date = customer.last_action_date
                continue
            earlier = self.search(
                [
                    ("customer_id", "=", customer.id),
                    ("state", "=", "done"),
                    ("done_date", "<", action.done_date),
                ],
                order="done_date desc, id desc",
                limit=1,
            )
            action.last_action_date = earlier.done_date

    @api.depends("item_ids", "leader_line_id")
    @api.depends_context("lang", "dso_status_id", "dso_status_date", "dso_status_amount")
    def _compute_status_text(self):
        """In a text that is made before the status is put on the items, the dialog says it."""
        context = self.env.context
        # sudo: the status of the customer's own items, whoever sends
        Status = self.env["dso.item.status"].sudo()
        for action in self:
            lines = action.sudo().item_ids.line_id or action.sudo().leader_line_id
            if "dso_status_id" in context:
                status = Status.browse(context["dso_status_id"] or [])
                day = fields.Date.to_date(context.get("dso_status_date"))
                amount = context.get("dso_status_amount")
            else:
                status = lines.dso_status_id
                days = set(lines.mapped("dso_status_date"))
                day = days.pop() if len(days) == 1 else False
                amount = 0.0
            words = [
                ", ".join(status.with_context(lang=self.env.lang).mapped("name")),
                day and format_date(self.env, day),
                amount
                and len(lines.currency_id) == 1
                and format_amount(self.env, amount, lines.currency_id),
            ]
            action.status_text = ", ".join(filter(None, words)) or False

    def _compute_record_url(self):
        """Where a colleague finds the customer's file."""
        for action in self:
            action.record_url = (
                f"{action.get_base_url()}/mail/view?model=dso.customer"
                f"&res_id={action.customer_id._origin.id or action.customer_id.id}"
            )

    @api.depends("company_id")
    @api.depends_context("dso_today")
    def _compute_deadline(self):
        for action in self:
            today = get_inside(self.env, "dso_today") or action.company_id._dso_today()
            action.deadline = (action.done_date or today) + timedelta(days=8)
