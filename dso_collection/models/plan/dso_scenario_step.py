from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.mail import email_normalize

from ...engine import facts
from ...tools.action_types import LETTER_CARRIERS, ActionType
from ...tools.inside import get_inside
from .dso_scenario import TOGETHER

#: Who gets an internal e-mail: a role, a field of the customer, or an address.
COLLEAGUES = [
    ("salesperson", "The customer's salesperson"),
    ("manager", "The credit manager"),
    ("collector", "The customer's collector"),
    ("field", "A user named on the customer"),
    ("address", "An e-mail address"),
]


class DsoScenarioStep(models.Model):
    """One step of a scenario: what to do, when, and with which text."""

    _name = "dso.scenario.step"
    _description = "Collection Scenario Step"
    _inherit = ["dso.guard", "dso.hashtag.mixin", "dso.action.typed"]
    _order = "scenario_id, sequence, id"
    _rec_names_search = ["name", "scenario_id.name"]

    _dso_hashtag_fields = {"call_script": True}
    _dso_writable = frozenset(
        {
            "action_type",
            "attach_invoices",
            "automatic",
            "call_script",
            "delay",
            "letter_carrier",
            "letter_template_id",
            "mail_template_id",
            "name",
            "recipient",
            "recipient_address",
            "recipient_field",
            "sequence",
            "sms_template_id",
            "to_confirm",
            "trigger",
        }
    )
    _dso_creatable = frozenset({"scenario_id"})

    scenario_id = fields.Many2one("dso.scenario", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    action_type = ActionType(string="Action", required=True, default="email")
    trigger = fields.Selection(
        [("due_date", "Leader's due date"), ("previous_action", "Previous action")],
        string="Counted From",
        required=True,
        default="due_date",
    )
    delay = fields.Integer(
        help="Counts days after; a negative number counts days before the due date."
    )
    automatic = fields.Boolean(
        help="Sent within the sending hours of the settings: once it is confirmed, or "
        "automatically where no confirmation is required."
    )
    to_confirm = fields.Boolean(
        string="To Be Confirmed",
        default=True,
        help="The collector confirms each automatic action before it is sent. If not ticked, it "
        "is sent automatically.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
        index="btree_not_null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
        index="btree_not_null",
    )
    letter_template_id = fields.Many2one(
        "dso.letter.template",
        ondelete="set null",
        index="btree_not_null",
    )
    letter_carrier = fields.Selection(
        LETTER_CARRIERS,
        string="Letters Are",
        help="Leave empty to follow the company's settings.",
    )
    recipient = fields.Selection(
        COLLEAGUES,
        string="Colleague",
        help="Chooses who gets an internal interactive e-mail, in the collector's name.",
    )
    recipient_field = fields.Selection(
        selection="_get_recipient_fields",
        string="Field of the Customer",
        help="Chooses whoever is named in this field of the contact or of its collection file.",
    )
    recipient_address = fields.Char(
        string="Address",
        help="Receives a page with everything that is known about the items; only for colleagues.",
    )
    recipient_partner_id = fields.Many2one(
        "res.partner", readonly=True, ondelete="set null", help="Shows whose address that is."
    )
    attach_invoices = fields.Boolean(help="Attaches the PDF of each invoice that is chased.")
    call_script = fields.Html(
        translate=True,
        sanitize="email_outgoing",
        help="Guides the call, in the customer's language. It may contain hashtags.",
    )
    offset = fields.Integer(
        compute="_compute_offset",
        string="Day",
        help="Counts days from the leader's due date, when nothing is late.",
    )

    @api.depends("name", "scenario_id.name", "scenario_id.step_ids.sequence")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """``Standard: 2. Reminder``: steps of several scenarios have the same names."""
        for step in self:
            others = step.scenario_id.step_ids
            order = others.sorted(lambda other: (other.sequence, other._origin.id))
            ids = [other._origin.id for other in order]
            if not step.scenario_id or step._origin.id not in ids:
                step.display_name = step.name
                continue
            step.display_name = self.env._(
                "%(scenario)s: %(position)s. %(step)s",
                scenario=step.scenario_id.name,
                position=ids.index(step._origin.id) + 1,
                step=step.name,
            )

    @api.depends("scenario_id.step_ids.sequence", "trigger", "delay")
    def _compute_offset(self):
        """Days from the leader's due date (R3), shown while a scenario is being written."""
        for scenario, steps in self.grouped("scenario_id").items():
            offset = 0
            for step in (scenario.step_ids | steps).sorted(
                lambda step: (step.sequence, step._origin.id)
            ):
                offset = step.delay + (offset if step.trigger == "previous_action" else 0)
                # the others have their own turn
                if step in steps:
                    step.offset = offset

    @api.onchange("action_type")
    def _onchange_action_type(self):
        if not self.can_be_automatic:
            self.automatic = False
        if self.is_internal:
            self.recipient = self.recipient or "salesperson"
        else:
            self.recipient = False

    @api.constrains(
        "action_type",
        "automatic",
        "call_script",
        "delay",
        "letter_template_id",
        "mail_template_id",
        "recipient",
        "recipient_address",
        "recipient_field",
        "scenario_id",
        "sequence",
        "sms_template_id",
        "trigger",
    )
    def _check_faults(self):
        """Everything that is wrong is said at once; with its scenario, once all steps are there."""
        if not get_inside(self.env, TOGETHER):
            self.scenario_id._dso_check_steps(self)

    def _find_faults(self):
        """What is wrong with this step by itself, as sentences."""
        self.ensure_one()
        texts = [
            self._describe_automatic_fault(),
            self._describe_template_fault(),
            self._describe_recipient_fault(),
            *self._describe_template_model_faults(),
        ]
        try:
            self._dso_check_hashtags()
        except ValidationError as error:
            texts.append(str(error))
        return [text for text in texts if text]

    def _describe_automatic_fault(self):
        if not self.automatic or self.can_be_automatic:
            return None
        return self.env._(
            "Step “%(step)s”: a %(type)s cannot be automatic, somebody has to do it. Untick "
            "“Automatic”.",
            step=self.name,
            type=self._get_type_label().lower(),
        )

    def _describe_template_fault(self):
        fname = self.template_field
        if not fname or self[fname]:
            return None
        return self.env._(
            "Step “%(step)s” (%(type)s) needs a template. Choose one in “%(field)s”.",
            step=self.name,
            type=self._get_type_label(),
            field=self._fields[fname]._description_string(self.env),
        )

    # ------------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------------

    @api.model
    def _get_recipient_fields(self):
        """Fields of a customer and of its file that name a user, those of the company's own too."""
        result = []
        for model in ("res.partner", "dso.customer"):
            fields_ = self.env[model]._fields
            result += [
                (f"{model},{name}", field._description_string(self.env) or name)
                for name, field in sorted(fields_.items())
                if field.type == "many2one"
                and field.comodel_name == "res.users"
                and field.store
                and name not in ("create_uid", "write_uid")
            ]
        return result

    def _describe_recipient_fault(self):
        if not self.is_internal:
            return None
        if self.recipient == "field" and not self.recipient_field:
            return self.env._(
                "Step “%(step)s”: choose the customer field that names who gets the e-mail.",
                step=self.name,
            )
        if self.recipient == "address" and not email_normalize(self.recipient_address or ""):
            return self.env._(
                "Step “%(step)s”: “%(address)s” is not an e-mail address. Enter that of a "
                "colleague.",
                address=self.recipient_address or "",
                step=self.name,
            )
        return self._describe_outsider()

    def _describe_outsider(self):
        """What is internal is never sent to a customer."""
        partner = self.recipient_partner_id.commercial_partner_id
        # sudo: files of all companies; only whether there is one is told
        Customer = self.env["dso.customer"].sudo()
        if self.recipient != "address" or not Customer.search_count(
            [("partner_id", "in", partner.ids)], limit=1
        ):
            return None
        return self.env._(
            "Step “%(step)s”: “%(address)s” is an address of the customer %(customer)s. An "
            "internal e-mail goes to colleagues only.",
            step=self.name,
            address=self.recipient_address,
            customer=partner.display_name,
        )

    @api.model
    def _dso_complete(self, vals_list, new=False):
        return super()._dso_complete([self._add_recipient(vals) for vals in vals_list], new)

    @api.model
    def _add_recipient(self, vals):
        """Keep whose address was typed: a user's, a known contact's, else a new one."""
        if "recipient_address" not in vals:
            return vals
        email = email_normalize(vals["recipient_address"] or "")
        # sudo: the addresses of contacts, for whoever writes scenarios
        Partner = self.env["res.partner"].sudo()
        partner = Partner
        if email:
            known = Partner.search([("email_normalized", "=", email)])
            inside = known.filtered(lambda contact: any(not u.share for u in contact.user_ids))
            partner = inside[:1] or known[:1] or Partner.create({"name": email, "email": email})
        return dict(vals, recipient_partner_id=partner.id)

    def _get_colleagues(self, action):
        """Who gets an internal e-mail of this step about a customer; nobody who is no colleague.

        :param action: dso.action, as superuser
        :return: res.partner, as superuser
        """
        customer = action.customer_id
        users = {
            "manager": lambda: action.company_id._dso_get_managers(),
            "salesperson": lambda: customer.partner_id.user_id,
            "field": lambda: self._read_recipient_field(customer),
            "address": lambda: self.env["res.users"],
        }.get(self.recipient, lambda: action.collector_id)()
        partners = users.filtered(lambda user: user.active and not user.share).partner_id
        if self.recipient == "address":
            # sudo: the address of a step that is carried out
            partners = self.sudo().recipient_partner_id.filtered("active")
        return partners.sudo().filtered(
            lambda partner: partner.commercial_partner_id != customer.partner_id
        )

    def _read_recipient_field(self, customer):
        """The user in the field that was chosen; it may be gone with the module that had it."""
        model, _sep, name = (self.recipient_field or "").partition(",")
        record = {"res.partner": customer.partner_id, "dso.customer": customer}.get(model)
        if record is None or name not in record._fields:
            # sudo: nobody, of the kind that is read as superuser
            return self.env["res.users"].sudo()
        return record.with_company(customer.company_id)[name]

    def _get_recipient_label(self):
        """Who is to get the e-mail, in the user's language."""
        if self.recipient == "field":
            return dict(self._get_recipient_fields()).get(self.recipient_field, "")
        labels = dict(self._fields["recipient"]._description_selection(self.env))
        return labels.get(self.recipient or "collector")

    def _dso_is_for_actions(self):
        return True

    def _describe_template_model_faults(self):
        return [
            self.env._(
                "Step “%(step)s”: the template “%(template)s” is made for another "
                "kind of document. Choose one that applies to Collection Actions.",
                step=self.name,
                template=template.name,
            )
            for template in (self.mail_template_id, self.sms_template_id)
            if template and template.model != "dso.action"
        ]

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        self.env["dso.refresh.queue"]._enqueue_scenarios(steps.scenario_id)
        return steps

    def write(self, vals):
        scenarios = self.scenario_id
        if "name" in vals:
            self.filtered(lambda step: step.name != vals["name"])._keep_names()
        result = super().write(vals)
        self.env["dso.refresh.queue"]._enqueue_scenarios(scenarios | self.scenario_id)
        return result

    def unlink(self):
        self._keep_names()
        self.env["dso.refresh.queue"]._enqueue_scenarios(self.scenario_id)
        return super().unlink()

    def _keep_names(self):
        """What was done keeps the name that its step had, in every language: it is evidence."""
        if not self:
            return
        self.env["dso.action"].flush_model(["step_id", "done_date", "name_data"])
        self.flush_recordset(["name"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE dso_action
                   SET name_data = COALESCE(NULLIF(name_data, 'null'), '{}')
                                   || jsonb_build_object('step', step.name)
                  FROM dso_scenario_step step
                 WHERE step.id = dso_action.step_id AND step.id = ANY(%s)
                   AND dso_action.done_date IS NOT NULL
                   AND NOT COALESCE(dso_action.name_data, '{}') ? 'step'
                """,
                self.ids,
            )
        )
        self.env["dso.action"].invalidate_model(["name_data", "name"])

    def action_open_call_script(self):
        """Write what to say on the phone."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call script: %s", self.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [
                (self.env.ref("dso_collection.dso_scenario_step_view_form_script").id, "form")
            ],
            "target": "new",
        }

    def _get_type_label(self):
        """The label of the step's type, in the user's language."""
        self.ensure_one()
        return dict(self._fields["action_type"]._description_selection(self.env))[self.action_type]

    def _describe_timing(self):
        """When this step comes, by its own settings, in a few words."""
        self.ensure_one()
        days = abs(self.delay)
        if self.trigger == "previous_action":
            if days == 1:
                return self.env._("One day after the previous action")
            return self.env._("%(days)s days after the previous action", days=days)
        if not self.delay:
            return self.env._("On the due date")
        if self.delay == -1:
            return self.env._("One day before the due date")
        if self.delay == 1:
            return self.env._("One day after the due date")
        if self.delay < 0:
            return self.env._("%(days)s days before the due date", days=days)
        return self.env._("%(days)s days after the due date", days=days)

    def _to_engine(self):
        """The step as the engine knows it."""
        self.ensure_one()
        return facts.Step(self.id, self.trigger, self.delay)

    def _prepare_action_values(self):
        """What an action takes over from its step."""
        self.ensure_one()
        return {
            "step_id": self.id,
            "action_type": self.action_type,
            "automatic": self.automatic,
            "to_confirm": self.automatic and self.to_confirm,
            "mail_template_id": self.mail_template_id.id or None,
            "sms_template_id": self.sms_template_id.id or None,
            "letter_template_id": self.letter_template_id.id or None,
        }
