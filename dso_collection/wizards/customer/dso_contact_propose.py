from odoo import api, fields, models
from odoo.exceptions import UserError

#: Up to so many customers are planned at once; more of them wait for the refresh queue.
AT_ONCE = 200


class DsoContactPropose(models.TransientModel):
    """Contacts for collection for many customers in one go: for each the one who gets the
    invoices, which can be changed, or why nobody can be proposed."""

    _name = "dso.contact.propose"
    _description = "Propose Collections Contacts"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"line_ids"})

    line_ids = fields.One2many("dso.contact.propose.line", "wizard_id", string="Customers")
    summary = fields.Char(readonly=True)
    possible = fields.Boolean(readonly=True)

    @api.model
    def _make_dialog(self, customers):
        """A dialog for those of these customers who cannot be reached by e-mail.

        :param customers: with the rights of whoever asks
        """
        customers.check_access("read")
        missing = customers.filtered("email_missing")
        if not missing:
            raise UserError(
                self.env._(
                    "Each of these customers has a collections contact with an e-mail address "
                    "already."
                )
            )
        proposals = missing._propose_contacts()
        # as the list shows them: those for whom somebody is proposed first
        ordered = missing.sorted(
            lambda each: (each.id not in proposals, each.partner_id.name or "")
        )
        wizard = self._dso_as_module().create(
            {
                "summary": self._summarize(customers, missing, proposals),
                "possible": bool(proposals),
            }
        )
        wizard.line_ids._dso_as_module().create(
            [
                {
                    "wizard_id": wizard.id,
                    "customer_id": customer.id,
                    "contact_id": proposals[customer.id].id if customer.id in proposals else False,
                    "selected": customer.id in proposals,
                    "sequence": number,
                }
                for number, customer in enumerate(ordered)
            ]
        )
        return wizard

    @api.model
    def _summarize(self, customers, missing, proposals):
        sentences = [
            self.env._(
                "Customers that cannot be reached by e-mail: %(count)s. Somebody is proposed for "
                "%(found)s of them.",
                count=len(missing),
                found=len(proposals),
            )
        ]
        if customers - missing:
            sentences.append(
                self.env._("With a contact already: %(count)s.", count=len(customers - missing))
            )
        return " ".join(sentences)

    def action_apply(self):
        """Make the ticked ones contacts for collection, in bulk."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.selected and line.contact_id)
        if not lines:
            raise UserError(self.env._("Tick the customers that get their proposed contact."))
        customers = lines.customer_id
        customers.check_access("write")
        for line in lines:
            line._check_contact()
        lines.contact_id._dso_choose_for_collection()
        if len(customers) <= AT_ONCE:
            # the rest follows within a minute, through the refresh queue
            customers._plan(customers)
        left = len(self.line_ids) - len(lines)
        message = self.env._("Collections contacts chosen: %(count)s.", count=len(lines))
        if left:
            message += " " + self.env._("Customers left without one: %(count)s.", count=left)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class DsoContactProposeLine(models.TransientModel):
    """A customer and who is proposed."""

    _name = "dso.contact.propose.line"
    _description = "Proposed Collections Contact"
    _inherit = ["dso.wizard"]
    _order = "sequence, id"
    _dso_writable = frozenset({"contact_id", "selected"})

    wizard_id = fields.Many2one("dso.contact.propose", required=True, ondelete="cascade")
    sequence = fields.Integer(readonly=True)
    selected = fields.Boolean(string="Choose")
    customer_id = fields.Many2one("dso.customer", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="customer_id.partner_id", string="Customer's Partner")
    contact_id = fields.Many2one(
        "res.partner",
        domain="[('commercial_partner_id', '=', partner_id), ('email_normalized', '!=', False)]",
        ondelete="cascade",
    )
    email = fields.Char(related="contact_id.email", string="E-mail")
    reason = fields.Char(compute="_compute_reason", string="Why")

    @api.depends("contact_id", "customer_id")
    def _compute_reason(self):
        chosen = self.customer_id.contact_ids
        for line in self:
            partner = line.customer_id.partner_id
            now = line.customer_id.contact_ids[:1]
            if line.contact_id:
                line.reason = (
                    self.env._("Gets the invoices")
                    if line.contact_id.type == "invoice"
                    else self.env._("Address of the customer")
                    if line.contact_id == partner
                    else self.env._("Chosen here")
                )
            elif now and not now.email:
                line.reason = self.env._(
                    "Nobody to propose: %(contact)s is the contact, but has no e-mail address. "
                    "Enter one.",
                    contact=now.name,
                )
            elif now and now in chosen:
                line.reason = self.env._(
                    "Nobody to propose: the address of %(contact)s is not valid, or does not "
                    "accept e-mails. Correct it.",
                    contact=now.name,
                )
            else:
                line.reason = self.env._(
                    "Nobody to propose: neither a contact for invoices nor the customer has an "
                    "e-mail address. Enter one, or choose another contact."
                )

    @api.onchange("contact_id")
    def _onchange_contact_id(self):
        self.selected = bool(self.contact_id)

    def _check_contact(self):
        """Only contacts of the customer, who can be reached."""
        self.ensure_one()
        contact = self.contact_id
        contact.check_access("read")
        if contact.commercial_partner_id != self.customer_id.partner_id:
            raise UserError(
                self.env._(
                    "%(contact)s is not a contact of %(customer)s.",
                    contact=contact.display_name,
                    customer=self.customer_id.display_name,
                )
            )
        if not contact.email_normalized or not contact.active:
            raise UserError(
                self.env._(
                    "%(contact)s has no valid e-mail address. Enter one, or choose another "
                    "contact.",
                    contact=contact.display_name,
                )
            )
