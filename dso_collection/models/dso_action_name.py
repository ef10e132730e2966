"""What an action is called: in words, in the language of whoever reads it."""

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date


class DsoActionName(models.AbstractModel):
    """The part of ``dso.action`` that names it. What a name is made of is kept as data (status,
    amount, date, template) and put into words when it is read."""

    _name = "dso.action.name"
    _description = "Names of Collection Actions"

    shown_subject = fields.Char(
        string="Subject in Words",
        compute="_compute_shown",
        help="As it left, or as it would leave now.",
    )
    shown_body = fields.Html(string="Text in Words", compute="_compute_shown", sanitize=False)

    @api.depends("subject", "body", "done_date", "item_ids")
    @api.depends_context("lang")
    def _compute_shown(self):
        """The words of this action with the values of its hashtags."""
        subjects = self._render_subjects()
        open_ones = self.filtered(lambda action: action.body and not action.done_date)
        bodies = open_ones._dso_render_batch({a.id: a.body for a in open_ones}, html=True)
        for action in self:
            action.shown_subject = subjects.get(action.id, False)
            action.shown_body = bodies.get(action.id, action.body)

    def _render_subjects(self):
        """The subjects without hashtags: those of what has left as they left, others as they
        would leave now.

        :return: {action id: subject}
        """
        subjects = {action.id: action.subject for action in self if action.subject}
        typed = {key: text for key, text in subjects.items() if "#" in text}
        if not typed:
            return subjects
        open_ones = self.filtered(lambda action: action.id in typed and not action.done_date)
        texts = {action.id: typed[action.id] for action in open_ones}
        return {**subjects, **open_ones._dso_render_batch(texts)}

    def _get_template_names(self):
        """{action id: name of the text that it was made from}"""
        # sudo: a template's name, read with the action that uses it
        actions = self.sudo()
        used = {
            action.id: template_id
            for action in actions
            if (template_id := (action.name_data or {}).get("template_id"))
        }
        edited = self.env["mail.template"].sudo().browse(set(used.values())).exists()
        names = {template.id: template.name for template in edited}
        return {
            action.id: names.get(used.get(action.id))
            or (not action.subject and action.mail_template_id.name)
            for action in actions
        }

    def _get_name_data(self):
        """What a specific action follows up, as things are now: the first status of its items
        that is followed up.

        :return: dict with ``status_id``, ``kind``, ``amount``, ``currency_id`` and ``date``,
            ``None`` where there is nothing to follow up
        """
        self.ensure_one()
        if self.origin != "specific":
            return None
        # sudo: statuses of the items of an action that the reader may see
        items = self.sudo().item_ids
        for status in items.line_id.dso_status_id:
            lines = items.line_id.filtered(lambda line, status=status: line.dso_status_id == status)
            return {"status_id": status.id, "kind": status.kind, **self._sum_up(items, lines)}
        return None

    def _keep_name(self):
        """Call these actions after what they follow up, also once that has changed."""
        for action in self.filtered(lambda action: action.origin == "specific"):
            if data := action._get_name_data():
                # sudo: a name made of the items' statuses; the right to make it was checked
                action.sudo().name_data = data

    @api.model
    def _sum_up(self, items, lines):
        """What was promised of these lines, and for when, as far as it is one amount and day."""
        partial = items.filtered("partial").line_id
        parts = partial._dso_get_parts()
        days = set(lines.mapped("dso_status_date"))
        data = {"date": fields.Date.to_string(days.pop()) if len(days) == 1 else None}
        if len(lines.currency_id) == 1:
            amounts = (
                (line in partial and parts.get(line.id)) or line.amount_residual_currency
                for line in lines
            )
            data.update(
                amount=lines.currency_id.round(sum(amounts)), currency_id=lines.currency_id.id
            )
        return data

    def _describe_follow_up(self, data):
        """``Follow-up: promise of 1,200.00 € for 12/20/2026``, ``Dispute follow-up: price``

        :param data: see :meth:`_get_name_data`
        """
        if not data or not data.get("status_id"):
            return None
        # sudo: statuses are configuration
        status = self.env["dso.item.status"].sudo().browse(data["status_id"])
        if data.get("kind") == "promise":
            return self._describe_promise(data)
        if data.get("kind") == "dispute":
            # "Dispute: price": the cause alone, after the word for a dispute
            _word, colon, cause = status.name.partition(":")
            cause = cause.strip() if colon and cause.strip() else status.name
            return self.env._("Dispute follow-up: %(cause)s", cause=cause)
        return self.env._("Follow-up: %(status)s", status=status.name)

    def _describe_promise(self, data):
        amount, day = data.get("amount"), data.get("date")
        values = {}
        if amount and data.get("currency_id"):
            currency = self.env["res.currency"].browse(data["currency_id"])
            values["amount"] = format_amount(self.env, amount, currency)
        if day:
            values["date"] = format_date(self.env, fields.Date.to_date(day))
        if len(values) == 2:
            return self.env._("Follow-up: promise of %(amount)s for %(date)s", **values)
        if "amount" in values:
            return self.env._("Follow-up: promise of %(amount)s", **values)
        if "date" in values:
            return self.env._("Follow-up: promise for %(date)s", **values)
        return self.env._("Follow-up: promise to pay")
