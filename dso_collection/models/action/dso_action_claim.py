"""What an action asks for, and the question before one that asks for nothing."""

import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import amounts, hashtags, leader
from ...tools import hashtag_values
from ...tools.clauses import join_clauses
from ...tools.ledger import get_due_date
from ...tools.toasts import name_some

#: Hashtags that ask for something, with the family of items that they are about.
ASKING = re.compile(r"items(?:_amount|_list)?_(selected|overdue)(?:_\w+)?\Z")
#: Those that tell of the whole account and ask for nothing by themselves: a statement.
STATING = re.compile(r"items_(?:amount|list)(?:_(?:in|ex)clude_\w+|_late_penalties)?\Z")
#: The same of templates with placeholders.
ASKING_FIELDS = re.compile(r"\bobject\.(?:total_text|total_in_words|amount)\b")
#: The template that asks for what is still to come, on purpose.
BEFORE_DUE = "dso_collection.mail_template_before_due"
#: Documents named in a sentence.
NAMED = 3
#: How many of several actions a question describes.
DESCRIBED = 5


class DsoAction(models.Model):
    """The part of ``dso.action`` that knows whether there is anything to ask for.

    A formal notice over nothing is worse than none. Before an action leaves by itself it is
    cancelled (R10), before a person does it they are asked: what they then do all the same is done.
    """

    _inherit = "dso.action"

    all_the_same = fields.Boolean(
        readonly=True,
        copy=False,
        help="Set when a user had it sent although there was nothing to collect.",
    )
    nothing_asked = fields.Char(
        compute="_compute_nothing_asked",
        help="Says why there would be nothing to collect if it were done now.",
    )

    warning = fields.Char(
        compute="_compute_warning", help="Says what to check before this action is done."
    )

    @api.depends("state", "item_ids", "customer_id", "leader_line_id")
    @api.depends_context("lang")
    def _compute_warning(self):
        unsent = self._find_unsent()
        for action in self:
            action.warning = action._describe_unsent(unsent.get(action))

    def _find_unsent(self):
        """{action: invoices that it would ask for and that were never sent from here}, of those
        still to be done, where the company wants to be warned."""
        # sudo: a setting, and the customer's own invoices
        waiting = self.sudo().filtered(
            lambda action: (
                action.state in ("planned", "error")
                and not action.done_date
                and not action._get_channel()._is_internal
                and action.company_id.dso_warn_unsent
            )
        )
        result = {}
        if not waiting:
            return result
        # mostly there are none, which is known at once
        # sudo: the customers' own invoices, counted only
        open_invoices = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                self.env["account.move"]._dso_get_unsent_domain()
                & Domain("state", "=", "posted")
                & Domain("payment_state", "in", ("not_paid", "partial", "blocked"))
                & Domain("company_id", "in", waiting.company_id.ids)
                & Domain("commercial_partner_id", "in", waiting.partner_id.ids),
                ["company_id", "commercial_partner_id"],
            )
        )
        owing = set(open_invoices)
        waiting = waiting.filtered(lambda action: (action.company_id, action.partner_id) in owing)
        if not waiting:
            return result
        told = waiting._get_claimed_lines()
        # read together what each of them is asked for below
        # sudo: whether the customers' own invoices were sent
        self.env["account.move.line"].sudo().union(*told.values()).mapped("move_id.is_move_sent")
        by_id = {action.id: action for action in self}
        for key, lines in told.items():
            # sudo: whether invoices of a readable action were sent is a fact of the rules
            moves = lines.sudo().filtered(lambda line: line.amount_residual > 0).move_id
            unsent = moves.filtered(lambda move: move._dso_is_unsent())
            if unsent:
                result[by_id[key]] = unsent
        return result

    def _describe_unsent(self, moves):
        if not moves:
            return False
        documents = ", ".join(moves[:NAMED].mapped("name"))
        if len(moves) > NAMED:
            documents = self.env._(
                "%(documents)s and %(count)s more", documents=documents, count=len(moves) - NAMED
            )
        return self.env._(
            "Never sent to the customer: %(documents)s. Send them first, or make sure that the "
            "customer has them.",
            documents=documents,
        )

    def _describe_unsent_briefly(self, moves):
        """For a reason, which stands in a row of the agenda: the action's form names them."""
        if len(moves) == 1:
            return self.env._("One invoice was never sent to the customer.")
        return self.env._("%(count)s invoices were never sent to the customer.", count=len(moves))

    @api.depends("state", "item_ids", "customer_id", "leader_line_id")
    @api.depends_context("lang")
    def _compute_nothing_asked(self):
        empty = self._find_empty_claims(with_calls=True)
        for action in self:
            action.nothing_asked = empty.get(action, False)

    # ------------------------------------------------------------------
    # Asking first
    # ------------------------------------------------------------------

    def _ask_first(self, method, record=None, empty=None, day=None, end=None):
        """The question to put before something is done to these actions.

        :param method: of ``record``, called again with ``all_the_same`` where the answer is yes
        :param record: what the button belongs to, default these actions
        :param empty: see :meth:`_find_empty_claims`, default looked up
        :param day: on which they leave, of those that are being planned
        :param end: of :meth:`_execute`, said again where the answer is yes
        :return: the dialog, ``None`` if there is nothing to ask
        """
        empty = self._find_empty_claims() if empty is None else empty
        # of what is planned already it was asked when it was planned
        early = self._find_early(day) if day else {}
        if not empty and not early:
            return None
        lines = [
            self.env._(
                "“%(action)s” has nothing to collect: %(why)s.", action=action.display_name, why=why
            )
            for action, why in list(empty.items())[:DESCRIBED]
        ]
        if len(empty) > DESCRIBED:
            lines.append(self.env._("%(count)s more.", count=len(empty) - DESCRIBED))
        for action, items in list(early.items())[:DESCRIBED]:
            text = self._describe_early(items)
            lines.append(text if len(self) == 1 else f"{action.display_name}: {text}")
        if len(early) > DESCRIBED:
            lines.append(self.env._("%(count)s more.", count=len(early) - DESCRIBED))
        return self.env["dso.action.question"]._ask(
            self if record is None else record,
            method,
            "\n".join(lines),
            # as records of the caller, in their order
            others=self.filtered(lambda action: action not in empty and action not in early),
            end=end,
        )

    # ------------------------------------------------------------------
    # Whether there is anything to ask for
    # ------------------------------------------------------------------

    def _find_empty_claims(self, with_calls=False):
        """The actions that ask for money, and would ask for none, were they done now.

        :param with_calls: whether calls are looked at: people talk of more than money
        :return: {action: why, in the user's language}; in a number of queries that does not
            depend on the number of actions of a kind
        """
        # sudo: what is chased is a matter of the rules, not of the reader's rights
        asked = {}
        for action in self.sudo():
            if action.state not in ("planned", "error") or action.done_date:
                continue
            if action.action_type == "call" and not with_calls:
                continue
            if families := action._get_asked_families():
                asked[action] = families
        if not asked:
            return {}
        # sudo: a set of actions that the caller holds already
        asking = self.sudo().browse().union(*asked)
        readings = hashtag_values.Readings(asking)
        rows = {family: readings.rows(family) for family in set().union(*asked.values())}
        empty = {
            action: action._describe_nothing_asked(readings, selected=rows.get("selected"))
            for action, families in asked.items()
            if not any(_has_content(family, rows[family][action.id]) for family in families)
        }
        for action in asked.keys() - empty.keys():
            if why := action._describe_postponed(readings):
                empty[action] = why
        by_id = {action.id: action for action in self}
        return {by_id[action.id]: why for action, why in empty.items()}

    def _find_cleared_claims(self):
        """The messages that were not delivered, and whose items are all cleared by now: sent once
        more they would ask for what was paid.

        :return: {action: why, in the user's language}
        """
        result = {}
        # sudo: the state of the customer's own items, whoever looks
        for action in self.sudo().filtered("done_date"):
            claims = action.item_ids.filtered(lambda item: item.amount_residual > 0)
            if claims and not any(line._dso_is_open() for line in claims.line_id):
                result[self.browse(action.id)] = self.env._("all of its items are cleared")
        return result

    def _get_asked_families(self):
        """The items of which an action says that they are to be paid: ``selected``, its own, and
        ``overdue``; ``all`` of a statement of account, which only tells of them; none where it
        asks for nothing by its nature."""
        self.ensure_one()
        channel = self._get_channel()
        if channel._is_internal:
            return set()
        if self.origin == "scenario" or channel._is_about_items:
            return {"selected"}
        # what is written asks for what its text says
        if not channel._is_written:
            return set()
        families, states = set(), False
        for text, html in self._get_sources():
            names = (hashtags.find_html if html else hashtags.find)(text)
            families |= {match[1] for name in names if (match := ASKING.match(name))}
            states = states or any(STATING.match(name) for name in names)
            if ASKING_FIELDS.search(text):
                families.add("selected")
        return families or ({"all"} if states else families)

    def _is_statement(self):
        """Whether this action tells of the whole account and asks for no item in particular."""
        self.ensure_one()
        if (self.name_data or {}).get("statement"):
            return True
        return (
            self.origin == "manual"
            and not self.done_date
            and not self.item_ids
            and self._get_asked_families() == {"all"}
        )

    def _find_early(self, day):
        """The items that these actions would ask for as if they were late, and that are not: what
        is due on the day itself is not late.

        :param day: on which they leave
        :return: {action: account.move.line}, of actions with items of their own
        """
        result = {}
        # the text for what is still to come is meant so
        kind = self.env.ref(BEFORE_DUE, raise_if_not_found=False)
        for action in self:
            # sudo: due dates of the items of an action that the user may see
            items = action.sudo().item_ids
            if action.origin == "scenario" or not items or action.done_date:
                continue
            if not action._get_channel()._is_written or (
                kind and action.sudo().mail_template_id == kind
            ):
                continue
            until = amounts.asked_until(day)
            lines = items.line_id.filtered(
                lambda line, until=until: line.amount_residual > 0 and get_due_date(line) > until
            )
            # sudo: which words the template of a readable action uses
            if lines and "selected" in action.sudo()._get_asked_families():
                result[action] = lines
        return result

    @api.model
    def _describe_early(self, lines):
        return self.env._(
            "Not due yet: %(documents)s. The text claims it as overdue.",
            documents=name_some(self.env, [line._dso_get_document() for line in lines]),
        )

    def _get_sources(self):
        """The texts of an action as they were written: [(text, whether it is HTML)]"""
        self.ensure_one()
        channel = self._get_channel()
        own = [(self.subject, False), (self.sms_text, False), (self.body, True)]
        sources = [(str(text), html) for text, html in own if text]
        fname = channel._template_field
        template = fname and not self[channel._text_field] and self[fname]
        if template:
            template = template.with_context(lang=self.lang)
            sources += [
                (str(template[fname]), html)
                for fname, html in template._dso_hashtag_fields.items()
                if template[fname]
            ]
        return sources

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_nothing_asked(self, readings, selected=None):
        """Why nothing is asked for, without a full stop."""
        self.ensure_one()
        rows = (selected or {}).get(self.id, ())
        if any(row["amount_residual"] > 0 for row in rows):
            return self.env._("unapplied credits cover what is due")
        if self.origin != "scenario" and self.item_ids:
            return self.env._("all of its items are cleared")
        customer = readings.facts.customers[self.customer_id.id]
        company_id = self.company_id.id
        today, settings = readings.todays[company_id], readings.facts.settings[company_id]
        causes = defaultdict(list)
        for item in customer.items:
            if item.amount > 0:
                cause = leader.exclusion(item, today, settings)
                causes[cause or ("not_due" if item.due_date > today else "due")].append(item.id)
        if causes.pop("due", None):
            return self.env._("unapplied credits cover what is due")
        texts = self._describe_causes(causes)
        return join_clauses(self.env, texts) or self.env._("nothing is open")

    def _describe_postponed(self, readings):
        """Why a formal demand over items that were put off is probably a mistake; nothing where
        one of them is simply due."""
        self.ensure_one()
        # such items are demanded on purpose only
        is_formal = self._get_channel()._is_formal
        if self.origin != "specific" or not is_formal or self.automatic:
            return None
        company_id = self.company_id.id
        today, settings = readings.todays[company_id], readings.facts.settings[company_id]
        own = set(self.item_ids.line_id.ids)
        causes = defaultdict(list)
        for item in readings.facts.customers[self.customer_id.id].items:
            if item.id not in own or item.amount <= 0:
                continue
            # that it is attached to this very action does not count
            cause = leader.exclusion(
                item._replace(attached=False, attached_part=False), today, settings
            )
            if cause not in ("dispute", "promise", "ignored", "blocked", "announced", "discount"):
                return None
            causes[cause].append(item.id)
        return join_clauses(self.env, self._describe_causes(causes)) or None

    def _describe_causes(self, causes):
        """:param causes: {why items are not asked for: their ids}"""
        words = {
            "dispute": self.env._("in dispute"),
            "litigation": self.env._("in litigation"),
            "promise": self.env._("promised"),
            "specific": self.env._("with a specific action of its own"),
            "ignored": self.env._("ignored"),
            "no_followup": self.env._("excluded from follow-up"),
            "blocked": self.env._("with payment blocked"),
            "announced": self.env._("with a payment on its way"),
            "discount": self.env._("only the early-payment discount left"),
            "unsent": self.env._("never sent to the customer"),
            "not_due": self.env._("not due yet"),
        }
        texts = []
        for cause, ids in causes.items():
            # sudo: the customer's own documents, whoever writes
            lines = self.env["account.move.line"].sudo().browse(ids)
            # instalments of one invoice, which is named once
            names = dict.fromkeys(line._dso_get_document() for line in lines)
            documents = name_some(self.env, names, NAMED)
            texts.append(
                self.env._(
                    "%(documents)s (%(cause)s)", documents=documents, cause=words.get(cause, cause)
                )
            )
        return texts


def _has_content(family, rows):
    """Whether there is something to write about: a statement may consist of credits."""
    return bool(rows) if family == "all" else _is_claim(rows)


def _is_claim(rows):
    """Whether rows of a statement add up to something that is owed, in company currency."""
    claims = any(row["amount_residual"] > 0 for row in rows)
    return claims and sum(row["amount_company"] for row in rows) > 0.005
