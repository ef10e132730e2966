"""What an action is called: in words, in the language of whoever reads it."""

from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

#: What the names of our ready-made templates begin with, in Odoo's list of all templates.
TEMPLATE_PREFIX = "Collection: "


class DsoAction(models.Model):
    """The part of ``dso.action`` that names it. What a name is made of is kept as data (status,
    amount, date, template) and put into words when it is read."""

    _inherit = "dso.action"

    shown_subject = fields.Char(
        string="Rendered Subject",
        compute="_compute_shown",
        help="Shown as it was sent, or as it would be sent now.",
    )
    shown_body = fields.Html(string="Rendered Text", compute="_compute_shown", sanitize=False)

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
        """{action id: name of the text that it was made from, in the reader's language}"""
        # sudo: a template's name, read with the action that uses it
        actions = self.sudo()
        kept = {action.id: _get_kept_template(action.name_data) for action in actions}
        found = set()
        for model in {model for model, _id in filter(None, kept.values())}:
            ids = {key[1] for key in kept.values() if key and key[0] == model}
            # sudo: ids that only the module wrote, and of these no more than the name is told
            found |= set(self.env[model].sudo().browse(ids).exists())
        by_key = {(template._name, template.id): template for template in found}
        result = {}
        for action in actions:
            template = by_key.get(kept[action.id])
            if not template and not action.subject:
                template = action._get_text_template()
            result[action.id] = _get_template_name(template) if template else False
        return result

    def _get_text_template(self):
        """The template whose words these are: another may be left over from when it was of
        another type."""
        channel = self._get_channel()
        field = channel._template_required and channel._template_field
        return self[field] if field else None

    def _keep_template_names(self):
        """What leaves with the words of a template, in the customer's language, is called after
        the template; that it was a statement of account is not to be seen in its words."""
        for action in self:
            if action.origin == "manual" and action._is_statement():
                # sudo: what kind of message it is; the right to carry it out was checked
                action.sudo().name_data = {**(action.name_data or {}), "statement": True}
        # a step has a name of its own
        written = self.filtered(
            lambda action: (
                not action.step_id
                and action._get_text_template()
                and not (action.subject and action.body)
                and not {"status_id", "template", "template_id"} & (action.name_data or {}).keys()
            )
        )
        for action in written:
            template = action._get_text_template()
            data = dict(action.name_data or {}, template=[template._name, template.id])
            # sudo: a name made of the template's; the right to carry it out was checked
            action.sudo().name_data = data

    def _get_name_data(self):
        """What a specific action follows up, as things are now: the status of its items, where
        they all are of one kind. What tells of others besides is called after what it is.

        :return: dict with ``status_id``, ``kind``, ``amount``, ``currency_id`` and ``date``,
            ``None`` where there is nothing to follow up
        """
        self.ensure_one()
        if self.origin != "specific":
            return None
        # sudo: statuses of the items of an action that the reader may see
        items = self.sudo().item_ids
        lines = items.line_id
        kinds = {line.dso_status_id.kind for line in lines}
        if len(kinds) != 1 or not all(kinds):
            return None
        return {
            "status_id": lines.dso_status_id[0].id,
            "kind": kinds.pop(),
            **self._summarize_promised(items, lines),
        }

    def _get_statuses(self):
        """The statuses that this action found on its items: kept when it was made, else those of
        now.

        :return: [(dso.item.status, dso.action.item of this action)]
        """
        self.ensure_one()
        # sudo: statuses of the items of an action that the reader may see
        action = self.sudo()
        kept = (action.name_data or {}).get("statuses")
        if kept is None:
            kept = action._prepare_statuses()
        Status = action.env["dso.item.status"]
        found = [
            (status, action.item_ids.filtered(lambda item, ids=ids: item.line_id.id in ids))
            for status_id, ids in kept
            if (status := Status.browse(status_id).exists())
        ]
        return [(status, items) for status, items in found if items]

    def _prepare_statuses(self):
        """The statuses of this action's items as data: [[status id, ids of its items]]"""
        # sudo: statuses of the items of an action that the caller may read
        lines = self.sudo().item_ids.line_id
        return [
            [status.id, own.ids] for status, own in lines.grouped("dso_status_id").items() if status
        ]

    def _prepare_name(self):
        """What keeps the name of what is carried out of this action, and why it was there."""
        data = dict(self.name_data or {})
        if not data and not (self.subject or self._get_text_template()):
            # called after what its items are now
            data = self._get_name_data() or {}
        data.setdefault("statuses", self._prepare_statuses())
        return data

    def _keep_name(self, follows_up=True):
        """What these actions follow up and found on their items, also once that has changed.

        :param follows_up: whether they are there for the status of their items, and called after
            it
        """
        for action in self.filtered(lambda action: action.origin == "specific"):
            data = (follows_up and action._get_name_data()) or action.name_data or {}
            # sudo: a name made of the items' statuses; the right to make it was checked
            action.sudo().name_data = {**data, "statuses": action._prepare_statuses()}

    def _rename(self):
        """Call these follow-ups after the items that they have now; others keep their name."""
        for action in self.filtered(lambda action: (action.name_data or {}).get("status_id")):
            if data := action._get_name_data():
                # sudo: a name made of the items' statuses; the caller checked the right to them
                action.sudo().name_data = {**action.name_data, **data}

    @api.model
    def _summarize_promised(self, items, lines):
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
            ids = [status_id for status_id, _lines in data.get("statuses", ())]
            causes = status.browse(ids).exists() or status
            cause = ", ".join(_get_cause(each.name) for each in causes)
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


def _get_kept_template(data):
    """(model, id) of the template after which an action is called, by what it keeps."""
    data = data or {}
    if data.get("template"):
        return tuple(data["template"])
    # as it was kept when only e-mails were called so
    return ("mail.template", data["template_id"]) if data.get("template_id") else None


def _get_template_name(template):
    """ "Collection: First reminder": our own ones without the word that tells them from those of
    other apps."""
    name = template.name or ""
    if not (template.with_context(lang="en_US").name or "").startswith(TEMPLATE_PREFIX):
        return name
    short = _get_cause(name)
    return short[:1].upper() + short[1:]


def _get_cause(name):
    """ "Dispute: price": the cause alone, after the word for a dispute"""
    _word, colon, cause = name.partition(":")
    return cause.strip() if colon and cause.strip() else name
