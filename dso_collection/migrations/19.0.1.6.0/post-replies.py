from odoo import SUPERUSER_ID, api

#: How the rule of replies began where collectors see their own customers only.
OWN = "['|', ('company_id', 'not in', "
UNASSIGNED = "['|', '|', ('customer_id', '=', False), ('company_id', 'not in', "


def migrate(cr, version):
    """Replies that are nobody's yet are seen by every collector of the company; a rule that
    somebody wrote anew is left alone."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref("dso_collection.dso_reply_rule_company", raise_if_not_found=False)
    if rule and OWN in rule.domain_force:
        rule.domain_force = rule.domain_force.replace(OWN, UNASSIGNED)
