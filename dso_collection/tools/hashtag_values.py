"""What the hashtags of ``tools/hashtags.py`` stand for: functions that take a :class:`Batch`
(actions that are rendered together, in one language) and give {action id: value}: plain text,
which is escaped, or markup that the module makes itself."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date as Day
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from odoo import models
from odoo.fields import Date
from odoo.tools import format_amount, format_date, html2plaintext, html_sanitize, is_html_empty

from ..engine import families
from ..engine.hashtags import Block
from ..engine.leader import is_partial, qualified_part
from . import words
from .clauses import join_clauses
from .inside import get_inside

#: A line of a statement, see ``dso.action._get_rows``.
Row = dict[str, Any]
#: {action id: its rows}
Rows = dict[int, list[Row]]
#: {action id: what a hashtag stands for}
Values = dict[int, Any]

# ------------------------------------------------------------------
# What is read for a batch
# ------------------------------------------------------------------


class Readings:
    """What the hashtags of some actions need of the ledger: read once, when first asked for, by a
    constant number of queries, and the same in every language."""

    def __init__(self, actions: models.BaseModel) -> None:
        self.actions = actions
        self.env = actions.env
        self._rows: dict[tuple[str, bool], Rows] = {}
        self._penalties: dict[int, tuple[float, float]] = {}

    @functools.cached_property
    def todays(self) -> dict[int, Day]:
        return self.actions.customer_id._get_todays(get_inside(self.env, "dso_today"))

    @functools.cached_property
    def facts(self) -> Any:
        customers = self.actions.customer_id.with_context(active_test=False)
        return customers._read_facts(self.todays)

    def rows(self, family: str, disputes: bool = True) -> Rows:
        """{action id: rows of a statement, see ``dso.action._get_rows``}"""
        key = (family, disputes)
        if key not in self._rows:
            if family != "selected":
                rows = self._read_family(family, disputes)
            elif disputes:
                rows = self.actions._get_rows()
            else:
                rows = self._without_disputes(self.rows("selected"))
            self._rows[key] = rows
        return self._rows[key]

    def _read_family(self, family, disputes):
        chosen = {}
        for customer in self.actions.customer_id:
            company_id = customer.company_id.id
            items = families.select_items(
                self.facts.customers[customer.id].items,
                family,
                self.todays[company_id],
                self.facts.settings[company_id],
                disputes,
            )
            chosen[customer.id] = items
        lines = self._lines({item.id for items in chosen.values() for item in items})
        rows = {
            customer.id: [
                lines[item.id]._dso_prepare_row(
                    self.todays[customer.company_id.id],
                    None if disputes else self._undisputed(lines[item.id], item),
                )
                for item in chosen[customer.id]
            ]
            for customer in self.actions.customer_id
        }
        return {action.id: rows[action.customer_id.id] for action in self.actions}

    @staticmethod
    def _undisputed(line, item):
        """What of an item is not in dispute, in its currency; ``None`` for all of it."""
        if item.kind != "dispute" or not is_partial(item):
            return None
        share = (item.amount - qualified_part(item)) / item.amount
        return line.currency_id.round(line.amount_residual_currency * share)

    def _without_disputes(self, rows):
        lines = self._lines({row["line_id"] for entries in rows.values() for row in entries})
        disputed = {key for key, line in lines.items() if line.dso_status_id.kind == "dispute"}
        parts = self.env["account.move.line"].browse(disputed)._dso_get_parts()
        result = {}
        for action in self.actions:
            # of an item disputed in part the scenario asks for the rest, its follow-up for the part
            rest = action.origin == "scenario"
            result[action.id] = [
                undisputed
                for row in rows[action.id]
                if (undisputed := self._without_part(row, disputed, parts, rest))
            ]
        return result

    def _without_part(self, row, disputed, parts, rest):
        """A row less what of it is in dispute; ``None`` where nothing is left."""
        line_id = row["line_id"]
        if line_id not in disputed:
            return row
        if row["partial"]:
            return row if rest else None
        left = row["currency_id"].round(row["amount_residual"] - parts.get(line_id, 0.0))
        if line_id not in parts or left <= 0:
            return None
        company = row["amount_company"] * left / row["amount_residual"]
        return {**row, "amount_residual": left, "amount_company": company, "partial": True}

    def _lines(self, ids):
        """{line id: record}, browsed together: what is read of one is read of all. Those of a
        snapshot may be gone since."""
        lines = self.env["account.move.line"].browse(sorted(filter(None, ids))).exists()
        return {line.id: line for line in lines}

    def lines(self, rows: Rows) -> dict[int, models.BaseModel]:
        """The journal items of each action, oldest first: {action id: account.move.line}"""
        ids = {row["line_id"] for entries in rows.values() for row in entries}
        lines = self._lines(ids)
        Line = self.env["account.move.line"]
        return {
            action_id: Line.union(
                *(lines[row["line_id"]] for row in entries if row["line_id"] in lines)
            )
            for action_id, entries in rows.items()
        }

    def penalties(self, rows: Rows) -> dict[int, tuple[float, float]]:
        """What late payment of these rows costs, see ``account.move.line._dso_penalties``.

        :return: {line id: (interest, recovery cost)} in the item's currency
        """
        ids = {row["line_id"] for entries in rows.values() for row in entries if row["line_id"]}
        missing = self._lines(ids - self._penalties.keys())
        by_day = defaultdict(list)
        for line in missing.values():
            by_day[self.todays[line.company_id.id]].append(line.id)
        for day, line_ids in by_day.items():
            lines = self.env["account.move.line"].browse(line_ids)
            found = lines._dso_penalties(day)
            for line_id in line_ids:
                interest, cost, *_breakdown = found.get(line_id, (0.0, 0.0))
                self._penalties[line_id] = (interest, cost)
        return {line_id: self._penalties.get(line_id, (0.0, 0.0)) for line_id in ids}


class Batch:
    """Actions whose texts are rendered together, in one language.

    ``html`` says what is made: markup, or words for subjects and SMS.
    """

    def __init__(self, actions: models.BaseModel, html: bool, readings: Readings) -> None:
        self.actions = actions
        self.env = actions.env
        self.html = html
        self.readings = readings
        # the same days come back in many texts
        self.day = functools.cache(self._format_day)

    def _format_day(self, day):
        return format_date(self.env, day) if day else ""

    def money(self, amount: float, currency: models.BaseModel) -> str:
        return format_amount(self.env, amount, currency)

    def block(self, markup: str | None) -> str:
        """Markup that the module made; in plain text its words on one line."""
        if self.html:
            return Block(markup or "")
        return " ".join(html2plaintext(markup or "").split())

    def each(self, function: Callable[[models.BaseModel], Any]) -> Values:
        """{action id: value}, nothing where a field is empty"""
        values = {action.id: function(action) for action in self.actions}
        return {key: "" if value is False else value for key, value in values.items()}


# ------------------------------------------------------------------
# Functions of the table
# ------------------------------------------------------------------


def path(names: str) -> Function:
    """The value of a field, and of fields of what it points to."""

    def function(batch):
        def read(action):
            for name in names.split("."):
                action = action[name]
            return action

        return batch.each(read)

    return function


def each(function: Callable[[Batch, models.BaseModel], Any]) -> Function:
    """Make a function of one action, ``function(batch, action)``, one of a batch."""
    return lambda batch: batch.each(functools.partial(function, batch))


#: What a line of the table names: it reads a batch at once.
Function = Callable[[Batch], Values]

#: What a variant makes of a row's amount: its residual, its penalties, or both.
PARTS = {
    "": (True, False),
    "include_late_penalties": (True, True),
    "exclude_late_penalties": (True, False),
    "late_penalties": (False, True),
    "exclude_disputes": (True, False),
}


def _read_entries(batch, family, variant):
    """The rows of a family with ``interest``, ``cost`` and ``total`` as the variant counts.

    :return: {action id: [row]}
    """
    rows = batch.readings.rows(family, disputes=variant != "exclude_disputes")
    principal, penalties = PARTS[variant]
    found = {}
    if penalties and family == "selected":
        # of the snapshot, where there is one
        found = {
            row["line_id"]: (row["penalty"], row["recovery_cost"])
            for entries in rows.values()
            for row in entries
        }
    elif penalties:
        found = batch.readings.penalties(rows)
    result = {}
    for action in batch.actions:
        entries = result[action.id] = []
        for row in rows[action.id]:
            interest, cost = found.get(row["line_id"], (0.0, 0.0))
            if not principal and not interest and not cost:
                continue
            total = (row["amount_residual"] if principal else 0.0) + interest + cost
            entries.append({**row, "interest": interest, "cost": cost, "total": total})
    return result


def _add_up(action, entries, column="total"):
    """[(currency, total)], one for each currency: two are never added up. Nothing at all is zero
    in the company's currency."""
    totals = defaultdict(float)
    for entry in entries:
        totals[entry["currency_id"]] += entry[column]
    totals = sorted(totals.items(), key=lambda entry: entry[0].id)
    # sums of floats: rounded once, at the end
    totals = [(currency, currency.round(total)) for currency, total in totals]
    return totals or [(action.currency_id, 0.0)]


def amount(family: str, variant: str) -> Function:
    """The total of a family, one for each currency."""

    def function(batch):
        if family == "selected" and variant in ("", "exclude_late_penalties"):
            # what the dispatcher has made already
            return batch.each(
                lambda action: action.total_text or action._join_amounts(_add_up(action, []))
            )
        entries = _read_entries(batch, family, variant)
        return batch.each(lambda action: action._join_amounts(_add_up(action, entries[action.id])))

    return function


def amount_in_words(family: str, variant: str) -> Function:
    """The same in words; nothing at all where one of the totals has none."""

    def function(batch):
        entries = _read_entries(batch, family, variant)

        def write(action):
            texts = [
                words.amount_in_words(currency.with_env(batch.env), total)
                for currency, total in _add_up(action, entries[action.id])
            ]
            return action._join_texts(texts) if all(texts) else ""

        return batch.each(write)

    return function


def statement(family: str, variant: str) -> Function:
    """A table of the items, or one line of words where there is no room for a table."""

    def function(batch):
        if batch.html and not PARTS[variant][1]:
            if family == "selected" and variant != "exclude_disputes":
                # what the dispatcher has made already
                return {action.id: Block(action.items_table or "") for action in batch.actions}
            rows = _read_entries(batch, family, variant)
            # the statement of account names promises that were not kept
            return batch.each(
                lambda action: _render_table(batch, action, rows[action.id], family == "all")
            )
        entries = _read_entries(batch, family, variant)
        if batch.html:
            only = not PARTS[variant][0]
            return batch.each(
                lambda action: _render_penalties(batch, action, entries[action.id], only)
            )
        return batch.each(lambda action: _write_items(batch, entries[action.id]))

    return function


def _render_table(batch, action, entries, with_promises=False):
    if not entries:
        return Block("")
    totals = _add_up(action, entries)
    table = action._render_items_table(entries, totals, batch.day, with_promises=with_promises)
    return Block(table)


def _render_penalties(batch, action, entries, only):
    """The table with interest and recovery cost of each item."""
    if not entries:
        return Block("")
    money = batch.money
    kinds = action.env["account.move.line"]._dso_get_kind_words()
    lines = [
        {
            "document": entry["document"],
            "due_date": batch.day(entry["due_date"]),
            "days": entry["days_overdue"],
            "amount": money(entry["amount_residual"], entry["currency_id"]),
            "interest": money(entry["interest"], entry["currency_id"]),
            "cost": money(entry["cost"], entry["currency_id"]),
            "total": money(entry["total"], entry["currency_id"]),
            "kind": kinds[entry["kind"]] if entry["amount_residual"] < 0 else "",
        }
        for entry in entries
    ]
    columns = {
        column: dict(_add_up(action, entries, column))
        for column in ("amount_residual", "interest", "cost", "total")
    }
    totals = [
        {
            "currency": currency.name,
            "amount": money(columns["amount_residual"][currency], currency),
            "interest": money(columns["interest"][currency], currency),
            "cost": money(columns["cost"][currency], currency),
            "total": money(total, currency),
        }
        for currency, total in columns["total"].items()
    ]
    return Block(
        batch.env["ir.qweb"]._render(
            "dso_collection.items_penalty_table",
            {"lines": lines, "totals": totals, "only": only},
            minimal_qcontext=True,
        )
    )


def _write_items(batch, entries):
    return join_clauses(
        batch.env,
        [
            batch.env._(
                "%(document)s due %(date)s: %(amount)s",
                document=entry["document"],
                date=batch.day(entry["due_date"]),
                amount=batch.money(entry["total"], entry["currency_id"]),
            )
            for entry in entries
        ],
    )


def item_values(name: str, separator: str = ", ") -> Function:
    """What is known of the selected items, each thing once; ``name`` is a field of the item."""

    def function(batch):
        context = batch.env.context
        if "dso_status_id" in context:
            # a text made before the dialog puts its status on the items
            return batch.each(lambda action: _read_dialog(batch, name))
        lines = batch.readings.lines(batch.readings.rows("selected"))

        def read(action):
            values = [line[name] for line in lines[action.id].with_env(batch.env)]
            if name == "dso_status_id":
                values = [status.name for status in values]
            elif name == "dso_status_date":
                values = [batch.day(day) for day in values]
            return separator.join(dict.fromkeys(filter(None, values)))

        return batch.each(read)

    return function


def _read_dialog(batch, name):
    """What the dialog that makes a text says of the items."""
    context = batch.env.context
    if name == "dso_status_id":
        return batch.env["dso.item.status"].browse(context["dso_status_id"] or []).name
    if name == "dso_status_date":
        return batch.day(Date.to_date(context["dso_status_date"]))
    return context["dso_status_comment"]


def due_date(choose: Callable[[Iterable[Day]], Day]) -> Function:
    """The oldest or latest due date of the selected claims."""

    def function(batch):
        rows = batch.readings.rows("selected")

        def read(action):
            dates = [row["due_date"] for row in rows[action.id] if row["amount_residual"] > 0]
            return batch.day(choose(dates)) if dates else ""

        return batch.each(read)

    return function


def leader(name: str) -> Function:
    """What is known of the leader, in the words of the statement."""

    def function(batch):
        todays = batch.readings.todays

        def read(action):
            line = action.leader_line_id or action.customer_id.leader_line_id
            if not line:
                return ""
            row = line._dso_prepare_row(action.done_date or todays[action.company_id.id])
            if name == "amount_residual":
                return batch.money(row[name], row["currency_id"])
            value = row[name]
            return batch.day(value) if name.endswith("_date") else str(value)

        return batch.each(read)

    return function


@each
def contact(batch: Batch, action: models.BaseModel) -> str:
    return action.contact_name or batch.env._("Sir or Madam")


@each
def address(batch: Batch, action: models.BaseModel) -> str:
    lines = action.partner_id._display_address(without_company=True).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


@each
def signature(batch: Batch, action: models.BaseModel) -> str:
    # written by the user in his preferences, and cleaned like every mail that comes in
    text = action.collector_id.signature
    return batch.block("" if is_html_empty(text) else html_sanitize(text))


@each
def breakdown(batch: Batch, action: models.BaseModel) -> str:
    return batch.block(action.penalties_table)


@each
def bank_details(batch: Batch, action: models.BaseModel) -> str:
    return batch.block(action.bank_details)


@each
def logo(batch: Batch, action: models.BaseModel) -> str:
    company = action.company_id
    if not batch.html:
        return company.name
    return Markup('<img src="{}/logo.png?company={}" alt="{}" style="max-height: 80px;"/>').format(
        company.get_base_url(), company.id, company.name
    )


@each
def button(batch: Batch, action: models.BaseModel) -> str:
    url = action._get_interactive_page_url()
    if not url:
        return ""
    if not batch.html:
        return url.removeprefix("mailto:").partition("?")[0]
    company = action.company_id
    return Block(
        batch.env["ir.qweb"]._render(
            "dso_collection.hashtag_button",
            {
                "url": url,
                "background": company.email_secondary_color or "#875A7B",
                "color": company.email_primary_color or "#FFFFFF",
            },
            minimal_qcontext=True,
        )
    )


def mail_to(email: str | None, subject: str) -> str:
    """A link that begins an e-mail."""
    return f"mailto:{quote(email, safe='@')}?subject={quote(subject)}" if email else ""


@each
def day(batch: Batch, action: models.BaseModel) -> str:
    return batch.day(batch.readings.todays[action.company_id.id])


def date(name: str) -> Function:
    """A date of the action."""
    return each(lambda batch, action: batch.day(action[name]))
