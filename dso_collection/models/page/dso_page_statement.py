"""The customer's page: the statement, and what was answered before."""

import functools
import io
from collections import defaultdict
from datetime import datetime, time
from urllib.parse import quote

import xlsxwriter

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import pages as rules
from ...tools.dates import format_moment

#: Answers that are listed on the page, the last ones.
MAX_ANSWERS = 20


class DsoPage(models.Model):
    """The part of ``dso.page`` that is the customer's statement. Whatever is on it, the number of
    queries is the same for 5 and for 5,000 items."""

    _inherit = "dso.page"

    def _prepare_customer_page(self, params):
        """What the customer's page shows, formatted in the language of the context.

        :param params: of the address: ``show``, ``search``, ``number``, ``done``, ``paid``
        :return: dict for the template
        """
        self.ensure_one()
        today = self.company_id._dso_today()
        view = self._prepare_view(params, today)
        found = self._get_statement_penalties(today)
        lines = view.pop("lines")
        return {
            **view,
            "rows": self._prepare_rows(lines, today, found),
            "totals": self._prepare_totals(today, found),
            "charged": bool(found),
            "today_text": format_date(self.env, today),
            "banks": self._get_banks(),
            "answers": self._prepare_answers(),
            "noted": self._get_noted_answer(params.get("done")),
            "payment": self._prepare_payment_message() if params.get("paid") else None,
            "payable": self._prepare_payable(today),
            "disputed": bool(self._get_items_disputed_by_customer(self._get_disputed_lines())),
        }

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def _prepare_view(self, params, today):
        """The part of the list that the visitor wants to see."""
        show, search = self._read_view(params)
        domain = self._get_view_domain(show, search, today)
        Line = self.env["account.move.line"]
        count = Line.search_count(domain)
        number, last = rules.get_page(params.get("number"), count)
        return {
            "show": show,
            "search": search,
            # as it stands in an address
            "search_url": quote(search),
            "count": count,
            "number": number,
            "last": last,
            "lines": Line.search(
                domain,
                order="date_maturity, id",
                limit=rules.ROWS,
                offset=(number - 1) * rules.ROWS,
            ),
        }

    def _read_view(self, params):
        """:return: (one of ``engine.pages.SHOWS``, text that is searched for)"""
        show = params.get("show")
        return (
            show if show in rules.SHOWS else "all",
            str(params.get("search") or "").strip()[:50],
        )

    def _get_banks(self):
        """Where the items of the page are paid, see ``account.move.line._dso_get_banks``: asked of
        the database, for they may be thousands."""
        own = self.company_id._dso_get_banks()
        claims = self._get_lines_domain() & Domain("amount_residual", ">=", 0)
        banks = own.browse()
        for kind, bank in self.env["account.move"]._read_group(
            Domain("line_ids", "any", claims), ["move_type", "partner_bank_id"]
        ):
            is_claim = kind in ("out_invoice", "out_receipt")
            banks |= (is_claim and bank.filtered("active")) or own
        return banks or own

    def _get_viewed_lines(self, params):
        """All items that the list shows with what the visitor filters by, on all of its pages."""
        domain = self._get_view_domain(*self._read_view(params), self.company_id._dso_today())
        return self.env["account.move.line"].search(domain, order="date_maturity, id")

    def _get_view_domain(self, show, search, today):
        """Items of the page that are overdue, say, and have a text in their document's number."""
        domain = self._get_lines_domain() & self._get_show_domain(show, today)
        if search:
            domain &= Domain.OR(
                Domain(name, "ilike", search) for name in ("move_name", "name", "move_id.ref")
            )
        return domain

    def _get_show_domain(self, show, today):
        Line = self.env["account.move.line"]
        if show == "overdue":
            # an item due today is not overdue (R2)
            return Domain("amount_residual", ">", 0) & Line._dso_get_due_domain("<", today)
        if show == "not_due":
            return Domain("amount_residual", ">", 0) & Line._dso_get_due_domain(">=", today)
        return Domain("amount_residual", "<", 0) if show == "credit" else Domain.TRUE

    def _get_statement_penalties(self, today):
        """{line id: (interest, recovery cost)} of late items, where this customer bears any."""
        if not self.company_id.dso_penalty_rule_id or not self.customer_id._has_penalties():
            return {}
        late = self.env["account.move.line"].search(self._get_view_domain("overdue", "", today))
        return {
            line_id: (interest, cost)
            for line_id, (interest, cost, _parts) in late._dso_penalties(today).items()
            if interest or cost
        }

    def _prepare_rows(self, lines, today, found):
        format_day = functools.cache(functools.partial(format_date, self.env))
        own = self._get_items_disputed_by_customer(lines)
        words = self._get_customer_words(lines, own)
        awaited = self._get_awaited()
        paying = self._get_lines_being_paid(awaited)
        rows = []
        for line in lines:
            row = line._dso_prepare_row(today)
            currency = row["currency_id"]
            interest, cost = found.get(line.id, (0.0, 0.0))
            is_own, reference = line._dso_get_reference()
            rows.append(
                {
                    **row,
                    "invoice_date_text": format_day(row["invoice_date"]),
                    "due_date_text": format_day(row["due_date"]),
                    "amount_text": format_amount(self.env, row["amount_residual"], currency),
                    "credit": row["amount_residual"] < 0,
                    "late": row["days_overdue"] > 0,
                    "due_today": row["amount_residual"] > 0 and row["due_date"] == today,
                    "cost_text": (
                        format_amount(self.env, interest + cost, currency)
                        if interest or cost
                        else ""
                    ),
                    "kind_text": line._dso_get_kind_text(),
                    "disputed": line.id in own,
                    "reference": reference,
                    "own_reference": is_own,
                    "words": words.get(line.id, ""),
                    "paying": line in paying,
                    "paying_text": self._describe_paying(line, awaited),
                    "early_text": self._describe_early(line, today, awaited),
                    "has_pdf": line.move_id.is_sale_document(include_receipts=True),
                }
            )
        return rows

    def _describe_paying(self, line, awaited):
        """What of an item is on its way, where it is not all of it."""
        if line.id not in awaited:
            return ""
        return self.env._(
            "Payment of %(amount)s under way",
            amount=format_amount(self.env, awaited[line.id], line.currency_id),
        )

    def _describe_early(self, line, today, awaited):
        """What is to be paid instead of all that is open, and until when."""
        saved = line.id not in awaited and line._dso_get_early_discount(today)
        if not saved:
            return ""
        return self.env._(
            "%(amount)s if paid by %(date)s",
            amount=format_amount(
                self.env, line.currency_id.round(line.amount_currency - saved), line.currency_id
            ),
            date=format_date(self.env, line.discount_date),
        )

    def _get_customer_words(self, lines, own):
        """What the customer itself said of these items: what it promised, what it disputes, and
        what it answered here that nobody has decided yet. Never what the company notes for itself.

        :return: {line id: text}
        """
        result = {}
        parts = lines._dso_get_parts()
        broken = lines._dso_find_broken_promises()
        company = self.company_id
        awaited_from = company._dso_awaited_from(company._dso_today())
        for line in lines:
            kind = line.dso_status_id.kind
            if kind == "promise" and line.dso_status_date:
                day = format_date(self.env, line.dso_status_date)
                if line.id in broken:
                    result[line.id] = self.env._(
                        "Payment promised for %(date)s, not received", date=day
                    )
                elif line.dso_status_date >= awaited_from:
                    result[line.id] = self.env._("Payment promised for %(date)s", date=day)
            elif line.id in own and line.id in parts:
                result[line.id] = self.env._(
                    "In dispute: %(amount)s",
                    amount=format_amount(self.env, parts[line.id], line.currency_id),
                )
        for line_id in self._get_items_answered(lines):
            result[line_id] = self.env._("Your answer is under review")
        return result

    def _get_disputed_lines(self):
        """All items of the page that are in dispute, whoever says so."""
        return self.env["account.move.line"].search(
            self._get_lines_domain() & Domain("dso_status_id.kind", "=", "dispute")
        )

    def _get_items_disputed_by_customer(self, lines):
        """Ids of the items whose present dispute goes back to the customer's own answer, whoever
        wrote something about it since."""
        disputed = lines.filtered(lambda line: line.dso_status_id.kind == "dispute")
        own = set()
        if disputed:
            for entry in self.env["dso.qualification"].search(
                [("line_id", "in", disputed.ids), ("status_id", "!=", False)], order="id"
            ):
                if entry.kind != "dispute":
                    own.discard(entry.line_id.id)
                elif entry.source == "customer":
                    own.add(entry.line_id.id)
        return own

    def _get_items_answered(self, lines):
        """Ids of the items of which an answer of this page waits for its decision. In SQL: one
        answer may be about thousands of items, of which a few are shown."""
        if not lines:
            return []
        field = self.env["dso.page.answer"]._fields["line_ids"]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT rel.%(line)s
                  FROM %(table)s rel
                  JOIN dso_page_answer answer ON answer.id = rel.%(answer)s
                 WHERE answer.state = 'proposed'
                   AND answer.page_id = ANY(%(pages)s)
                   AND rel.%(line)s = ANY(%(lines)s)
                """,
                table=SQL.identifier(field.relation),
                line=SQL.identifier(field.column2),
                answer=SQL.identifier(field.column1),
                pages=self._get_same_pages().ids,
                lines=lines.ids,
            )
        )
        return [line_id for (line_id,) in rows]

    # ------------------------------------------------------------------
    # Totals
    # ------------------------------------------------------------------

    def _prepare_totals(self, today, found):
        """What is overdue, not due, and to the customer's credit, by currency: never added up.

        :param found: see ``_get_statement_penalties``
        """
        sums = defaultdict(lambda: dict.fromkeys(("overdue", "not_due", "credit", "cost"), 0.0))
        Line = self.env["account.move.line"]
        for show in ("overdue", "not_due", "credit"):
            for currency, amount in Line._read_group(
                self._get_view_domain(show, "", today),
                ["currency_id"],
                ["amount_residual_currency:sum"],
            ):
                sums[currency][show] = amount
        late = Line.browse(found)
        late.fetch(["currency_id"])
        for line in late:
            sums[line.currency_id]["cost"] += sum(found[line.id])
        result = []
        for currency, amounts in sorted(sums.items(), key=lambda entry: entry[0].id):
            amounts["balance"] = amounts["overdue"] + amounts["not_due"] + amounts["credit"]
            result.append(
                {
                    "currency": currency,
                    **amounts,
                    **{
                        f"{name}_text": format_amount(self.env, amount, currency)
                        for name, amount in amounts.items()
                    },
                }
            )
        return result

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _get_same_pages(self):
        """This page and those that it takes the place of: the same message, the same addresses.
        Colleagues are asked together."""
        self.ensure_one()
        if self.purpose == "colleague":
            return self | self._get_question_pages()
        if not self.action_id:
            return self
        return self | self.search(
            [
                ("action_id", "=", self.action_id.id),
                ("purpose", "=", self.purpose),
                ("emails", "=", self.emails),
            ]
        )

    def _get_answer_states(self):
        """What is said to the visitor of an answer's state."""
        return {
            "proposed": self.env._("Received, under review"),
            "accepted": self.env._("Accepted"),
            "changed": self.env._("Accepted with changes"),
            "refused": self.env._("Not accepted: please contact us"),
        }

    def _prepare_answers(self):
        """What was answered here before, newest first."""
        states = self._get_answer_states()
        answers = self.env["dso.page.answer"].search(
            [("page_id", "in", self._get_same_pages().ids)], limit=MAX_ANSWERS
        )
        zone = str(self.company_id._dso_tz())
        return [
            {
                "date": format_moment(self.env, answer.create_date, tz=zone),
                "author": answer.author_name,
                "summary": answer.summary,
                "comment": answer.comment or "",
                "files": ", ".join(answer.attachment_ids.mapped("name")),
                "state": answer.state,
                "state_text": states[answer.state],
            }
            for answer in answers
        ]

    def _get_noted_answer(self, number):
        """The answer that was just given, as its id stands in the address."""
        Answer = self.env["dso.page.answer"]
        return Answer.search([("page_id", "=", self.id), ("id", "=", rules.to_id(number))])

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _get_statement_lines(self):
        """All items of the page, claims first, oldest first."""
        lines = self._get_lines()
        return lines.filtered(lambda line: line.amount_residual > 0) + lines.filtered(
            lambda line: line.amount_residual <= 0
        )

    def _get_statement_name(self, extension):
        """Named after us: it is the customer who keeps it."""
        name = self.env._(
            "Statement %(company)s %(date)s",
            company=self.company_id.name,
            date=self.company_id._dso_today(),
        )
        return f"{rules.clean_file_name(name)}.{extension}"

    def _make_statement_pdf(self):
        """The statement as a letter, of the items that the page shows and in its language.

        :return: the PDF as bytes
        """
        self.ensure_one()
        customer = self.customer_id
        statement = customer._prepare_statement(self._get_statement_lines(), self.env.lang)
        return customer._print_statement(statement)

    def _make_statement_sheet(self):
        """The statement as a spreadsheet, numbers as numbers and dates as dates.

        :return: the workbook as bytes
        """
        self.ensure_one()
        today = self.company_id._dso_today()
        lines = self._get_statement_lines()
        found = self._get_statement_penalties(today)
        stream = io.BytesIO()
        # text is text: nothing that somebody typed becomes a formula or a link
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(stream, options) as workbook:
            sheet = workbook.add_worksheet(self.env._("Statement")[:31])
            bold = workbook.add_format({"bold": True})
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            money = functools.cache(
                lambda digits, strong=False: workbook.add_format(
                    {"num_format": f"#,##0.{'0' * digits}".rstrip("."), "bold": strong}
                )
            )
            heads = self._get_sheet_heads(bool(found))
            kinds = lines._dso_get_kind_words()
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            number = 0
            for number, line in enumerate(lines, start=1):
                row = line._dso_prepare_row(today)
                format_money = money(row["currency_id"].decimal_places)
                sheet.write_string(number, 0, row["document"])
                is_own, reference = line._dso_get_reference()
                sheet.write_string(number, 1, reference if is_own else "")
                sheet.write_datetime(number, 2, _to_datetime(row["invoice_date"]), day)
                sheet.write_datetime(number, 3, _to_datetime(row["due_date"]), day)
                sheet.write_number(number, 4, row["days_overdue"])
                sheet.write_string(number, 5, row["currency_id"].name)
                sheet.write_number(number, 6, row["amount_residual"], format_money)
                sheet.write_string(number, len(heads) - 1, kinds[row["kind"]])
                if found:
                    interest, cost = found.get(line.id, (0.0, 0.0))
                    sheet.write_number(number, 7, interest, format_money)
                    sheet.write_number(number, 8, cost, format_money)
            for entry in self._prepare_totals(today, {}):
                # one total for each currency
                number += 1
                currency = entry["currency"]
                sheet.write_string(number, 0, self.env._("Total"), bold)
                sheet.write_string(number, 5, currency.name, bold)
                balance = money(currency.decimal_places, True)
                sheet.write_number(number, 6, entry["balance"], balance)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 1, 22)
            sheet.set_column(2, len(heads) - 1, 14)
        return stream.getvalue()

    def _get_sheet_heads(self, charged):
        heads = [
            self.env._("Document"),
            self.env._("Your reference"),
            self.env._("Date"),
            self.env._("Due date"),
            self.env._("Days overdue"),
            self.env._("Currency"),
            self.env._("Open amount"),
        ]
        if charged:
            heads += [self.env._("Interest"), self.env._("Recovery cost")]
        return [*heads, self.env._("Type")]

    def _get_invoice_file(self, line_id):
        """The PDF of an item's invoice: what was sent, else printed now and kept nowhere, for
        looking changes nothing.

        :return: (file name, content), ``None`` where the item is not on the page or is no invoice
        """
        move = self._get_lines([line_id] if line_id else []).move_id
        if not move or not move.is_sale_document(include_receipts=True):
            return None
        if move.invoice_pdf_report_id:
            return move.invoice_pdf_report_id.name, move.invoice_pdf_report_id.raw
        return move._dso_print_pdf()


def _to_datetime(day):
    """What a spreadsheet takes for a date."""
    return datetime.combine(day, time())
