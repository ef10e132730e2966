"""Scores, payment profiles and oldest due dates are stored by the plan: plan everybody anew. A
statement of account tells of all open items, where it told of those to be chased before. Customers
have an interactive page where their company says so for new ones."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["dso.refresh.queue"]._enqueue_companies(env["res.company"]._dso_companies())
    _widen_statement(cr)
    cr.execute(
        """
        UPDATE dso_customer customer
           SET page_enabled = TRUE
          FROM res_company company
         WHERE company.id = customer.company_id
           AND company.dso_default_page_enabled
           AND customer.page_enabled IS NULL
        """
    )


def _widen_statement(cr):
    # in every language; texts that somebody wrote anew have other hashtags, and are left alone
    cr.execute(
        """
        UPDATE mail_template template
           SET body_html = replace(
                   replace(template.body_html::text, '#items_list_selected', '#items_list'),
                   '#items_amount_selected', '#items_amount'
               )::jsonb
          FROM ir_model_data data
         WHERE data.module = 'dso_collection'
           AND data.name = 'mail_template_statement'
           AND data.model = 'mail.template'
           AND data.res_id = template.id
           AND template.body_html::text LIKE '%#items_list_selected%'
           AND template.body_html::text NOT LIKE '%#items_list_selected\\_%'
           AND template.body_html::text NOT LIKE '%#items_amount_selected\\_%'
        """
    )
