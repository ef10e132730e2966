from odoo import fields, models
from odoo.tools.misc import format_amount, format_date

from ...engine import simulation
from .dso_customer import _next_opening


class DsoCustomer(models.Model):
    """What is planned for a customer, or why nothing is, in words."""

    _inherit = "dso.customer"

    def _describe_planning_if(self, changes):
        """What the scenario would propose if items changed, in the user's language. Writes
        nothing.

        :param changes: {line id: dict of :class:`engine.facts.Item` fields}
        :return: {customer id: sentence}
        """
        # sudo: the same facts as the plan's, for customers that the user may see
        customers = self.sudo().with_context(active_test=False)
        todays = customers._get_todays()
        facts = customers._read_facts(todays)
        for customer_id, customer in facts:
            items = tuple(item._replace(**changes.get(item.id, {})) for item in customer.items)
            facts.customers[customer_id] = customer._replace(items=items)
        decisions = customers._decide(facts, todays)
        steps = customers.env["dso.scenario.step"]
        texts = {}
        for customer in customers:
            decision = decisions[customer.id]
            if decision.step is None:
                values = self._prepare_plan_values(
                    facts.customers[customer.id],
                    decision,
                    todays[customer.company_id.id],
                    customer.currency_id.round,
                )
                texts[customer.id] = customer._describe_planning(
                    values["planning_code"], values["planning_data"]
                )
                continue
            texts[customer.id] = customer._describe_next_step(
                steps.browse(decision.step.id), decision, todays[customer.company_id.id]
            )
        return texts

    def _describe_next_step(self, step, decision, today):
        """What a decision brings, and on which day that really is: what is late comes at once, what
        leaves by itself in the next sending hours."""
        company = self.company_id
        next_opening = _next_opening(company, today, max(decision.date, today))
        if not step.automatic:
            day = simulation.carried_out_on(decision.date, today)
        else:
            day = simulation.carried_out_on(decision.date, today, next_opening)
        if step.automatic and day == today and not company._dso_is_open(fields.Datetime.now()):
            opening = company._dso_next_opening()
            day = company._dso_today(opening) if opening else day
        # sudo: the leader is what the decision on the whole ledger found
        line = self.env["account.move.line"].sudo().browse(decision.leader.id)
        values = {
            "step": step.name,
            "date": format_date(self.env, day),
            "document": line._dso_get_document_label(),
        }
        if decision.date < today:
            return self.env._(
                "“%(step)s” on %(date)s, late since %(planned)s; leader: %(document)s.",
                planned=format_date(self.env, decision.date),
                **values,
            )
        return self.env._("“%(step)s” on %(date)s; leader: %(document)s.", **values)

    def _describe_planning(self, code=None, data=None):
        """Why nothing is planned for this customer, a short sentence in the user's language.

        :param code: of a decision that is not stored; default the stored one
        """
        self.ensure_one()
        if code is None:
            code, data = self.planning_code, self.planning_data
        data = data or {}
        if not self.active:
            return self.env._("This file is archived: nothing is planned.")
        money = self._describe_money(data.get("money"))
        text = self._describe_code(code, data)
        return " ".join(filter(None, [text, money])) or False

    def _describe_code(self, code, data):
        currency = self.currency_id
        if code == "below_minimum":
            return self.env._(
                "%(amount)s to collect, below the minimum of %(minimum)s.",
                amount=format_amount(self.env, data.get("amount", 0.0), currency),
                minimum=format_amount(self.env, data.get("minimum", 0.0), currency),
            )
        if code == "excluded":
            return self._describe_exclusions(data.get("exclusions", {}))
        return {
            "no_item": self.env._("Nothing is overdue: there is no open item."),
            "no_scenario": self._describe_no_scenario(),
            "no_step": self.env._("The scenario has no steps: actions are created by hand."),
            "scenario_done": self.env._(
                "The scenario is finished for the leader: decide what comes next."
            ),
            "archived": self.env._(
                "The customer is archived: nothing is chased. Restore the contact to chase it."
            ),
            "own_company": self.env._(
                "The customer is a company of this database: nothing is chased. Your "
                "administrator decides in the settings whether such companies are chased."
            ),
            "covered": self.env._("Nothing to collect: unapplied credits cover what is due."),
        }.get(code, False)

    def _describe_no_scenario(self):
        # sudo: the name of the rule that decided on a customer that the reader may see
        rule = self.sudo().scenario_rule_id
        if rule and not self.scenario_id:
            return self.env._(
                "No scenario: rule “%(rule)s” says never to chase this customer.", rule=rule.name
            )
        # sudo: the name of the customer's own scenario
        scenario = self.sudo().scenario_id
        if scenario and not scenario.active:
            return self.env._(
                "The scenario “%(scenario)s” is archived: choose another one for this customer, or "
                "ask a credit manager to restore it.",
                scenario=scenario.name,
            )
        return self.env._("No scenario: choose one for this customer.")

    def _describe_exclusions(self, counts):
        if set(counts) == {"dispute"}:
            return self.env._("Everything is in dispute.")
        words = {
            "dispute": self.env._("in dispute"),
            "litigation": self.env._("in litigation"),
            "promise": self.env._("promised"),
            "specific": self.env._("with a specific action"),
            "ignored": self.env._("ignored"),
            "no_followup": self.env._("excluded from follow-up"),
            "blocked": self.env._("with payment blocked"),
            "announced": self.env._("with a payment on its way"),
            "discount": self.env._("only the early-payment discount left"),
            "unsent": self.env._("never sent to the customer"),
        }
        causes = ", ".join(f"{count} {words[cause]}" for cause, count in counts.items())
        return self.env._("Every item is excluded: %(causes)s.", causes=causes)
