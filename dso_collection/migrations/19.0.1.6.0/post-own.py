import re

from odoo import SUPERUSER_ID, api

#: How the rules said which customers are a collector's own.
OWN = re.compile(
    r"\('((?:\w+\.)*)company_id', 'not in', "
    r"user\.company_ids\.filtered\('dso_own_customers_only'\)\.ids\), "
    r"\('((?:\w+\.)*)collector_id', '=', user\.id\)\]"
)
NOBODYS = (
    r"('\1company_id', 'not in', user.company_ids.filtered('dso_own_customers_only').ids), "
    r"'|', ('\2collector_id', '=', user.id), '&', ('\2collector_id', '=', False), "
    r"('\1company_id', 'in', user.company_ids.filtered("
    r"lambda company: company.dso_default_collector_id == user).ids)]"
)


def migrate(cr, version):
    """The default collector sees the customers of nobody; a rule that somebody wrote anew is left
    alone."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for rule in env["ir.rule"].search([("domain_force", "like", "dso_own_customers_only")]):
        domain = OWN.sub(NOBODYS, rule.domain_force)
        if domain != rule.domain_force:
            rule.domain_force = domain
