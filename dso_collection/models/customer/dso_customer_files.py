from odoo import api, models
from odoo.tools import SQL

from ...tools.inside import inside
from ...tools.ledger import is_receivable_sql
from .dso_assignment_rule import GIVEN
from .dso_customer import RISK_FIELDS


class DsoCustomer(models.Model):
    """Where the files come from: made for whoever has items, merged, moved to a new parent."""

    _inherit = "dso.customer"

    @api.model
    def _ensure_customers(self, companies=None, partner_ids=None):
        """Make the missing files: one per company and commercial partner with receivable items.

        One statement, whatever their number; then the assignment rules, which only look at the
        new ones.

        :param partner_ids: commercial partners to look at, default all
        :return: the new customers
        """
        self.env.flush_all()
        conditions = [is_receivable_sql(), SQL("line.parent_state = 'posted'")]
        if companies is not None:
            conditions.append(SQL("line.company_id = ANY(%s)", companies.ids))
        if partner_ids is not None:
            conditions.append(SQL("partner.commercial_partner_id = ANY(%s)", list(partner_ids)))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dso_customer (
                    partner_id, company_id, active, scenario_id, collector_id,
                    penalty_enabled, recovery_cost_enabled, page_enabled,
                    create_uid, write_uid, create_date, write_date
                )
                SELECT missing.partner_id, company.id, TRUE,
                       scenario.id, collector.id,
                       company.dso_default_penalty_enabled,
                       company.dso_default_recovery_cost_enabled,
                       company.dso_default_page_enabled,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (
                      SELECT DISTINCT partner.commercial_partner_id AS partner_id,
                                      line.company_id
                        FROM account_move_line line
                        JOIN account_account account ON account.id = line.account_id
                        JOIN res_partner partner ON partner.id = line.partner_id
                       WHERE %(conditions)s
                  ) missing
                  JOIN res_company company ON company.id = missing.company_id
                  LEFT JOIN dso_scenario scenario
                         ON scenario.id = company.dso_default_scenario_id AND scenario.active
                  LEFT JOIN res_users collector
                         ON collector.id = company.dso_default_collector_id AND collector.active
                 WHERE NOT EXISTS (
                     SELECT 1 FROM dso_customer customer
                      WHERE customer.partner_id = missing.partner_id
                        AND customer.company_id = missing.company_id
                 )
                 ORDER BY 1, 2
                    ON CONFLICT (partner_id, company_id) DO NOTHING
                RETURNING id
                """,
                uid=self.env.uid,
                now=self.env.cr.now(),
                conditions=SQL(" AND ").join(conditions),
            )
        )
        customers = self.browse([row[0] for row in self.env.cr.fetchall()])
        if customers:
            customers._take_over_former_files()
            customers._assign_by_rules()
        return customers

    def _assign_by_rules(self):
        """Apply the assignment rules, company by company, to new customers."""
        # sudo: rules are configuration and apply whoever posted the invoice
        rules = self.env["dso.assignment.rule"].sudo().search([("active", "=", True)])
        if rules:
            rules._assign(
                self.sudo().with_context(tracking_disable=True, **inside(dso_skip_plan=True))
            )

    def _assign_again(self):
        """Apply the assignment rules to customers of whom something changed; what was chosen by
        hand stays.

        :return: those that changed, not planned yet
        """
        # sudo: rules are configuration and apply whoever changed the customer
        rules = self.env["dso.assignment.rule"].sudo().search([("active", "=", True)])
        return rules._assign(self.sudo().with_context(**inside(dso_skip_plan=True)))

    def _take_over_former_files(self):
        """Hand a file over when its partner got a new parent: the new commercial partner's file
        takes scenario, collector and history of the one that lost all its items."""
        self.env.cr.execute(
            SQL(
                """
                SELECT new.id, old.id
                  FROM dso_customer new
                  JOIN res_partner child ON child.commercial_partner_id = new.partner_id
                  JOIN dso_customer old
                    ON old.partner_id = child.id AND old.company_id = new.company_id
                 WHERE new.id = ANY(%s) AND old.id != new.id
                """,
                self.ids,
            )
        )
        for new_id, old_id in self.env.cr.fetchall():
            self.browse(old_id)._merge_into(self.browse(new_id), take_settings=True)

    def _take_over_files_of_contacts(self):
        """Take in the files of partners that became contacts of another customer, which has a
        file of its own: their items are its items now, and so is what was done about them.

        :return: those of these files that are left
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT new.id, old.id
                  FROM dso_customer old
                  JOIN res_partner child
                    ON child.id = old.partner_id AND child.commercial_partner_id != child.id
                  JOIN dso_customer new
                    ON new.partner_id = child.commercial_partner_id
                   AND new.company_id = old.company_id
                 WHERE new.id = ANY(%(ids)s) OR old.id = ANY(%(ids)s)
                 ORDER BY old.id
                """,
                ids=self.ids,
            )
        )
        found = self.env.cr.fetchall()
        for new_id, old_id in found:
            self.browse(old_id)._merge_into(self.browse(new_id))
        gone = {old_id for _new_id, old_id in found}
        return self.browse([key for key in self.ids if key not in gone])

    def _merge_into(self, target, take_settings=False):
        """Move the whole file to another customer of the same company, then delete this one.

        :param take_settings: also take over scenario, collector and switches
        """
        self.ensure_one()
        # sudo: moving a file with its history is the module's own housekeeping
        source, target = self.sudo(), target.sudo()
        if take_settings:
            target.with_context(**inside(dso_skip_plan=True, dso_by_rule=True)).write(
                {
                    "scenario_id": source.scenario_id.id,
                    "collector_id": source.collector_id.id,
                    **{
                        fname: source[fname].id if fname.endswith("_id") else source[fname]
                        for origins in GIVEN.values()
                        for fname in origins
                    },
                    "penalty_enabled": source.penalty_enabled,
                    "recovery_cost_enabled": source.recovery_cost_enabled,
                    **source._convert_to_write({fname: source[fname] for fname in RISK_FIELDS}),
                }
            )
        source.open_action_ids.filtered(lambda action: action.origin == "scenario")._cancel(
            "merged"
        )
        self.env.flush_all()
        # sudo: a link opens the account of the customer to whom it was sent, no other
        self.env["dso.page"].sudo().search(
            [("customer_id", "=", source.id), ("purpose", "=", "customer")]
        ).action_revoke()
        self.env.flush_all()
        for table in (
            "dso_action",
            "dso_qualification",
            "dso_penalty_charge",
            "dso_page",
            "dso_page_answer",
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET customer_id = %s, partner_id = %s WHERE customer_id = %s",
                    SQL.identifier(table),
                    target.id,
                    target.partner_id.id,
                    source.id,
                )
            )
        # sudo: replies of the file go with it; what is copied of the customer follows
        self.env["dso.reply"].sudo().search([("customer_id", "=", source.id)]).customer_id = target
        self.env.flush_all()
        self.env.invalidate_all()
        source._move_thread(target)
        source.unlink()
        self.env["dso.refresh.queue"]._enqueue_customers(target)

    def _move_thread(self, target):
        """Messages, activities, followers and files go with the file."""
        for model, model_field in (
            ("mail.message", "model"),
            ("mail.activity", "res_model"),
            ("ir.attachment", "res_model"),
        ):
            # sudo: every message and file moves, whoever may read it
            records = self.env[model].sudo().with_context(active_test=False)
            records.search([(model_field, "=", self._name), ("res_id", "=", self.id)]).write(
                {"res_id": target.id}
            )
        target.message_subscribe(partner_ids=self.message_partner_ids.ids)
