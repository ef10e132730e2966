"""Odoo's own box for SMS, where it writes to customers: hashtags are filled in or refused."""

from odoo import models

from ...engine import hashtags as rules
from ...models.text.dso_hashtag_mixin import ACTION
from ...tools import hashtags as table
from .mail_compose_message import check_told, find_customers, find_told


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    def _prepare_body_values(self, records):
        bodies = super()._prepare_body_values(records)
        return self._dso_fill_hashtags(bodies, records)

    def _action_send_sms_numbers(self):
        """To numbers, where the record has no messages of its own."""
        records = self._get_records()
        if records:
            filled = self._dso_fill_hashtags(dict.fromkeys(records.ids, self.body), records)
            # of several none can be told apart by its number
            self.body = filled[records[:1].id]
        return super()._action_send_sms_numbers()

    def _dso_is_ours(self, records):
        """Whether hashtags mean something on these records; other apps are left alone."""
        if records._name.startswith("dso."):
            return True
        return (
            records._name == "res.partner"
            and self.env[ACTION].has_access("read")
            and bool(records.dso_customer_id)
        )

    def _dso_fill_hashtags(self, bodies, records):
        """Put the values of hashtags into texts about to leave.

        :param bodies: {id of the record: text}
        :return: the same, filled in
        :raise ValidationError: naming each hashtag that does not exist
        :raise UserError: naming those that have no value here
        """
        if not any(rules.TYPED.needle in str(body or "") for body in bodies.values()):
            return bodies
        if not self._dso_is_ours(records):
            return bodies
        self.env[ACTION]._dso_refuse_unknown(
            unknown
            for body in bodies.values()
            for unknown in rules.unknown(str(body or ""), table.HASHTAGS)
        )
        customers = find_customers(records)
        result = dict(bodies)
        for record in records:
            text = str(bodies[record.id] or "")
            used = {tag for tag in rules.find(text) if tag in table.HASHTAGS}
            if not used:
                continue
            action = find_told(record, customers[record.id])
            check_told(action, record, used)
            text = action._dso_render(text)
            result[record.id] = action._put_page_links({action.id: text})[action.id]
        return result
