"""Odoo's own composer, where it writes to customers: hashtags are filled in, or nothing leaves."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ...engine import hashtags as rules
from ...models.text.dso_hashtag_mixin import ACTION
from ...tools import hashtags as table
from ...tools.toasts import name_some, toast

#: Records of which our templates can tell, besides actions.
CUSTOMER_MODELS = ("dso.customer", "res.partner")


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _dso_has_our_template(self):
        """Whether the template is made for collection actions."""
        # sudo: for which model a template is made, compared only
        return self.template_id.sudo().model == ACTION

    def _dso_is_ours(self):
        """Whether hashtags mean something here; whatever other apps write is left alone."""
        model = self.model or ""
        return model.startswith("dso.") or model == "res.partner" and self._dso_has_our_template()

    # ------------------------------------------------------------------
    # Templates of actions, on customers
    # ------------------------------------------------------------------

    def _set_value_from_template(self, template_fname, composer_fname=False):
        """Templates of actions tell of an action of the customer, never of the one that happens
        to have the customer's id."""
        if not self._dso_has_our_template() or self.model == ACTION:
            return super()._set_value_from_template(template_fname, composer_fname)
        name = composer_fname or template_fname
        if self.template_id[template_fname]:
            action = self._dso_find_template_action()
            rendered = self.template_id._generate_template(action.ids, {template_fname})
            self[name] = rendered[action.id][template_fname]
        return self[name]

    def _generate_template_for_composer(
        self, res_ids, render_fields, allow_suggested=False, find_or_create_partners=True
    ):
        """Whatever else a template brings, attachments and addresses."""
        options = {
            "allow_suggested": allow_suggested,
            "find_or_create_partners": find_or_create_partners,
        }
        if not self._dso_has_our_template() or self.model == ACTION:
            return super()._generate_template_for_composer(res_ids, render_fields, **options)
        action = self._dso_find_template_action()
        rendered = super()._generate_template_for_composer(action.ids, render_fields, **options)
        return dict.fromkeys(res_ids, rendered[action.id])

    def _dso_find_template_action(self):
        """The action that a template of actions tells of on this record.

        :raise UserError: where there is none, or no single record
        """
        res_ids = self._evaluate_res_ids() if self.model in CUSTOMER_MODELS else []
        if len(res_ids) != 1:
            raise UserError(
                self.env._(
                    "The template “%(template)s” is about one collection action: it cannot be "
                    "used here. Open the customer, and use New action there.",
                    template=self.template_id.display_name,
                )
            )
        customer = self._dso_find_customers(res_ids).get(res_ids[0])
        action = customer and (customer.next_action_id or customer.action_ids.sorted("id")[-1:])
        if not action:
            raise UserError(
                self.env._(
                    "%(record)s has no collection action that the template “%(template)s” could "
                    "be about. Choose another template, or use New action on the customer.",
                    record=self.env[self.model].browse(res_ids).display_name,
                    template=self.template_id.display_name,
                )
            )
        return action

    def _dso_find_customers(self, res_ids):
        """:return: {id of a record of the composer: its dso.customer, empty without one}"""
        return find_customers(self.env[self.model].browse(res_ids))

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    def action_send_mail(self):
        """To customers nothing leaves but the signature; what answers a reply says that it left."""
        for composer in self:
            if composer._dso_is_ours() and composer.composition_mode == "comment":
                composer._dso_refuse_empty()
        result = super().action_send_mail()
        if not self.env.context.get("dso_reply"):
            return result
        names = name_some(self.env, self.partner_ids.mapped("display_name"))
        message = self.env._("Sent to %(names)s.", names=names)
        # the id came back from the browser: whoever may not write to it notes nothing
        reply = self.env["dso.reply"].browse(self.env.context["dso_reply"]).exists()
        if self.subtype_is_log or not reply or reply.customer_id.ids != self._evaluate_res_ids():
            return toast(message)
        reply._note_replied()
        if reply.state != "to_handle":
            return toast(message)
        return {
            "type": "ir.actions.client",
            "tag": "dso_collection.notify",
            "params": {
                "type": "success",
                "message": self.env._("%(sent)s The reply is still to handle.", sent=message),
                "follow": {
                    "name": self.env._("Handled"),
                    "model": reply._name,
                    "method": "action_handle",
                    "ids": reply.ids,
                },
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _dso_refuse_empty(self):
        if is_html_empty(self.body) and not self.attachment_ids and not self.subtype_is_log:
            raise UserError(
                self.env._("The message is empty: write what you want to say, then send it.")
            )

    # ------------------------------------------------------------------
    # Hashtags, when it leaves
    # ------------------------------------------------------------------

    def _prepare_mail_values(self, res_ids):
        values = super()._prepare_mail_values(res_ids)
        if self._dso_is_ours() and not self.subtype_is_log:
            if self._dso_has_our_template() and self.model != ACTION and len(res_ids) != 1:
                # refused: each would be told of another one's action
                self._dso_find_template_action()
            self._dso_fill_hashtags(values)
        return values

    def _dso_fill_hashtags(self, values):
        """Put the values of hashtags into messages about to leave.

        :param values: {id of the record: values of its message}, changed in place
        :raise ValidationError: naming each hashtag that does not exist
        :raise UserError: naming those that have no value here
        """
        parts = (("subject", False), ("body", True), ("body_html", True))
        found = {
            res_id: [
                (name, html)
                for name, html in parts
                if rules.TYPED.needle in str(message.get(name) or "")
            ]
            for res_id, message in values.items()
        }
        found = {res_id: names for res_id, names in found.items() if names}
        if not found:
            return
        self._dso_refuse_unknown(values, found)
        customers = self._dso_find_customers(list(found))
        for res_id, names in found.items():
            message = values[res_id]
            used = {
                tag
                for name, html in names
                for tag in (rules.find_html if html else rules.find)(str(message[name]))
                if tag in table.HASHTAGS
            }
            if not used:
                continue
            record = self.env[self.model].browse(res_id)
            action = find_told(record, customers[res_id])
            check_told(action, record, used)
            for name, html in names:
                text = action._dso_render(message[name], html)
                message[name] = action._put_page_links({action.id: text})[action.id]

    def _dso_refuse_unknown(self, values, found):
        """:param found: {id of the record: [(name of the text, whether it is HTML)]}"""
        # what is answered may have signs of its own
        quoted = f"{self.parent_id.subject or ''} {self.parent_id.body or ''}"
        self.env[ACTION]._dso_refuse_unknown(
            unknown
            for res_id, names in found.items()
            for name, html in names
            for unknown in rules.unknown(str(values[res_id][name]), table.HASHTAGS, html)
            if f"#{unknown.name}" not in quoted
        )


def find_customers(records):
    """:return: {id of a record that is written to: its dso.customer, empty without one}"""
    if records._name == "dso.customer":
        return {record.id: record for record in records}
    name = {"res.partner": "dso_customer_id"}.get(records._name, "customer_id")
    if name not in records._fields:
        return dict.fromkeys(records.ids, records.env["dso.customer"])
    return {record.id: record[name] for record in records}


def find_told(record, customer):
    """Of which hashtags tell: the action itself, or what is planned for the customer."""
    if record._name == ACTION:
        return record
    if not customer:
        return None
    return customer.next_action_id or record.env[ACTION].new({"customer_id": customer.id})


def check_told(action, record, used):
    """:raise UserError: where there is nothing of which hashtags could tell"""
    if action:
        return
    raise UserError(
        record.env._(
            "%(record)s has no collection file: %(hashtags)s would be sent as it stands. Write "
            "the words instead.",
            record=record.display_name,
            hashtags=", ".join(f"“#{tag}”" for tag in sorted(used)),
        )
    )
