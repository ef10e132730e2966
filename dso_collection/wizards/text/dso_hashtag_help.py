from lxml import etree, html
from markupsafe import Markup

from odoo import Command, api, fields, models

from ...engine import hashtags as engine
from ...tools import hashtags as table

#: Lines of a table that an example shows: a customer may have thousands.
MAX_LINES = 5


class DsoHashtagHelp(models.TransientModel):
    """Every hashtag with what it prints for a customer: the table of hashtags, made readable."""

    _name = "dso.hashtag.help"
    _description = "Hashtags"
    _inherit = ["dso.wizard"]
    # the lines are made while one types, and are sent back with the form
    _dso_writable = frozenset({"customer_id", "line_ids", "words"})

    customer_id = fields.Many2one(
        "dso.customer",
        default=lambda self: self._default_customer_id(),
        help="The examples are taken from this customer.",
    )
    words = fields.Char(
        string="Search", help="Only hashtags with these words in their name or description."
    )
    line_ids = fields.One2many(
        "dso.hashtag.help.line",
        "help_id",
        compute="_compute_line_ids",
        # with the rights of whoever looks
        compute_sudo=False,
        store=True,
        readonly=False,
    )

    def _default_customer_id(self):
        """A customer with something overdue shows most."""
        Customer = self.env["dso.customer"]
        own = [("company_id", "=", self.env.company.id)]
        return Customer.search([*own, ("amount_overdue", ">", 0)], limit=1) or Customer.search(
            own, limit=1
        )

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Hashtags")

    @api.depends("customer_id", "words")
    @api.depends_context("lang")
    def _compute_line_ids(self):
        for wizard in self:
            hashtags = wizard._find_hashtags()
            examples = wizard._get_examples(hashtags)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "name": f"#{hashtag.name}",
                            "section": str(self.env._(table.SECTIONS[hashtag.section])),
                            "description": table.describe(self.env, hashtag),
                            "example": examples.get(hashtag.name),
                        }
                    )
                    for hashtag in hashtags
                ),
            ]

    @api.model
    def action_open(self):
        """Open the page."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hashtags"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "views": [(False, "form")],
        }

    def _find_hashtags(self):
        words = (self.words or "").lower().split()
        return [
            hashtag
            for hashtag in table.HASHTAGS.values()
            if all(
                word in f"#{hashtag.name} {table.describe(self.env, hashtag)}".lower()
                for word in words
            )
        ]

    def _get_examples(self, hashtags):
        """{name: what it prints in the text of the customer's next or last action}"""
        customer = self.customer_id
        if not customer:
            return {}
        customer.check_access("read")
        action = (
            customer.next_action_id
            or self.env["dso.action"].search([("customer_id", "=", customer.id)], limit=1)
            or self.env["dso.action"].new({"customer_id": customer.id})
        )
        names = [hashtag.name for hashtag in hashtags]
        values = action._get_hashtag_values({action.id: names}, html=True)[action.id]
        return {name: self._shorten(engine.to_html(value)) for name, value in values.items()}

    def _shorten(self, example):
        """The first lines of the tables in an example, and how many more there are.

        :param example: HTML, escaped where it has to be
        """
        if str(example).count("<tr") <= MAX_LINES:
            return example
        tree = html.fragment_fromstring(str(example), create_parent="div")
        for body in tree.iter("tbody"):
            lines = body.findall("tr")
            for line in lines[MAX_LINES:]:
                body.remove(line)
            if len(lines) > MAX_LINES:
                more = html.Element("td", colspan="9")
                more.text = self.env._("… and %(count)s more", count=len(lines) - MAX_LINES)
                etree.SubElement(body, "tr").append(more)
        inner = [html.tostring(child, encoding="unicode") for child in tree]
        return Markup("").join([tree.text or "", *map(Markup, inner)])
