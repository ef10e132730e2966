"""A channel that only this file knows goes the whole way: planned, sent, failed, tried again and
shown, without a word about it anywhere else."""

from datetime import datetime

from freezegun import freeze_time

from odoo import api, models
from odoo.tests import Form, tagged
from odoo.tools.translate import LazyTranslate

from ...models.channel.dso_channel import Error
from ..common import DsoCommon

lazy = LazyTranslate(__name__)

PIGEON = "dso.channel.test.pigeon"


def add_model(case, definition):
    """Add a model to the registry until the end of a test class."""
    from odoo.orm.model_classes import add_to_registry  # noqa: PLC0415

    def remove():
        del case.registry.models[definition._name]
        for parent in definition._inherit:
            case.registry[parent]._inherit_children.discard(definition._name)
        case.registry._setup_models__(case.env.cr, [])

    add_to_registry(case.registry, definition)
    case.addClassCleanup(remove)
    case.registry._setup_models__(case.env.cr, [])


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestNewChannel(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        class Pigeon(models.AbstractModel):
            """Carrier pigeons."""

            _module = None
            _name = PIGEON
            _description = "Collection Channel: Carrier Pigeon"
            _inherit = ["dso.channel"]

            _channel_type = "pigeon"
            _channel_label = lazy("Carrier pigeon")
            _channel_icon = "fa-twitter"
            _channel_color = "#123456"
            _channel_medium = "post"
            _template_field = "letter_template_id"
            _template_proposed = "dso_collection.letter_template_reminder"
            _is_written = True
            _takes_invoices = True

            _channel_errors = {
                "no_pigeon": Error(
                    lazy("The loft of %(company)s is empty. Buy a pigeon."),
                    lazy("Error: no pigeon"),
                ),
                "eaten": Error(
                    lazy("The pigeon to %(customer)s met %(text)s. Feed it, then retry."),
                    lazy("Error: pigeon eaten"),
                    quotes=True,
                ),
            }

            @api.model
            def _get_blockers(self, actions, by_hand=False):
                if cls.pigeons:
                    return {}
                company = actions.company_id[:1]
                found = {"code": "no_pigeon", "model": "res.company", "res_id": company.id}
                return dict.fromkeys(actions.ids, found)

            @api.model
            def _send(self, actions):
                cls.sent += actions.ids
                return {
                    action.id: {"subject": "Coo", "recipient_ids": cls.contact.ids}
                    for action in actions
                }

            @api.model
            def _retry(self, actions):
                cls.sent += actions.ids
                actions.write({"state": "done", "error_data": False})

        cls.sent, cls.pigeons = [], 1
        add_model(cls, Pigeon)
        cls.letter = cls.env.ref("dso_collection.letter_template_reminder")
        values = {"action_type": "pigeon", "letter_template_id": cls.letter.id}
        cls.scenario.step_ids[0].write({**values, "mail_template_id": False})

    def _plan_pigeon(self):
        self._invoice("2026-02-24", 250.0)
        return self._plan("2026-03-06")

    # ------------------------------------------------------------------
    # Which types there are
    # ------------------------------------------------------------------

    def test_it_is_a_type_everywhere_the_last_of_all(self):
        for model in (
            "dso.action",
            "dso.action.new",
            "dso.action.report",
            "dso.item.qualify",
            "dso.item.status",
            "dso.scenario.step",
        ):
            with self.subTest(model):
                described = self.env[model].fields_get(["action_type"])["action_type"]
                self.assertEqual(described["selection"][0], ("call", "Phone call"))
                self.assertEqual(described["selection"][-1], ("pigeon", "Carrier pigeon"))
                self.assertEqual(len(described["selection"]), 11)
        self.assertEqual(self.env["dso.dry.run"]._get_types()[-1], ("pigeon", "Carrier pigeon"))

    def test_a_step_asks_for_what_it_needs(self):
        with Form(self.scenario) as form, form.step_ids.new() as step:
            step.name = "By air"
            step.delay = 60
            step.action_type = "pigeon"
            self.assertFalse(step._get_modifier("letter_template_id", "invisible"))
            self.assertTrue(step._get_modifier("letter_template_id", "required"))
            self.assertTrue(step._get_modifier("mail_template_id", "invisible"))
            self.assertFalse(step._get_modifier("attach_invoices", "invisible"))
            step.letter_template_id = self.letter
            step.automatic = True
        self.assertTrue(self.scenario.step_ids[-1].automatic)
        self.assertIn("letter_template_id", self.scenario.used_fields)

    def test_the_dialog_proposes_its_text(self):
        self._plan_pigeon()
        with Form(
            self.env["dso.action.new"].with_context(default_customer_id=self._customer().id)
        ) as form:
            form.action_type = "pigeon"
            self.assertEqual(form.letter_template_id, self.letter)

    # ------------------------------------------------------------------
    # From planning to history
    # ------------------------------------------------------------------

    def test_planned_sent_failed_and_tried_again(self):
        type(self).pigeons = 0
        action = self._plan_pigeon()
        self.assertEqual(action.action_type, "pigeon")
        self.assertEqual(action.state, "error")
        self.assertEqual(
            action.error_message, f"The loft of {self.company.name} is empty. Buy a pigeon."
        )
        type(self).pigeons = 1
        action._refresh_errors()
        self.assertEqual(action.state, "planned")
        self._do(action, "2026-03-06")
        self.assertEqual(self.sent, action.ids)
        self.assertEqual(action.subject, "Coo")
        self.assertEqual(action._get_sent_to()[0]["name"], "Ann")
        action._set_undelivered("a hawk.", code="eaten")
        self.assertEqual(
            action.error_message, "The pigeon to Acme met a hawk. Feed it, then retry."
        )
        action.with_user(self.collector).action_retry()
        self.assertEqual((action.state, self.sent), ("done", action.ids * 2))

    def test_errors_of_all_channels_keep_their_words(self):
        """Those that it inherits, too, and those of the channel that an action had before."""
        action = self._plan_pigeon()
        self.assertEqual(
            action._describe_error({"code": "no_contact", "medium": "post"}),
            "Acme has no collections contact with “Post”. Tick “Collections contact” and "
            "“Post” on one of its contacts.",
        )
        self.assertIn("fax number", action._describe_error({"code": "bad_fax", "text": "1"}))
        self.assertEqual(action._describe_error({"code": "no such code"}), "no such code")

    def test_it_is_shown(self):
        action = self._plan_pigeon()
        styles = self.env["dso.channel"]._get_type_styles()
        self.assertEqual(styles["pigeon"], {"icon": "fa-twitter", "color": "#123456"})
        agenda = self.env["dso.action"].with_user(self.collector)
        specification = {"action_type": {}, "display_name": {}}
        domain = [("customer_id", "=", self._customer().id)]
        shown = agenda.web_search_read(domain, specification)["records"]
        self.assertEqual([each["action_type"] for each in shown], ["pigeon"])
        groups = agenda.formatted_read_group(domain, ["action_type"], ["__count"])
        self.assertEqual([group["action_type"] for group in groups], ["pigeon"])
        self._do(action, "2026-03-06")
        customer = self._customer().with_user(self.collector)
        entries = customer.dso_get_timeline(limit=50)["entries"]
        self.assertIn("pigeon", [entry.get("action_type") for entry in entries])
        self.env.flush_all()
        report = self.env["dso.action.report"].search([("action_type", "=", "pigeon")])
        self.assertIn("Carrier pigeon", report.export_data(["action_type"])["datas"][0])

    def test_the_morning_tells_of_its_errors(self):
        self.env["res.company"].search([]).dso_morning_summary = False
        self.company.dso_morning_summary = True
        self.collector.notification_type = "inbox"
        type(self).pigeons = 0
        self._plan_pigeon()
        body = self.env["dso.summary"]._send(datetime(2026, 3, 6, 9)).body
        self.assertIn("Error: no pigeon", body)
        self.assertIn("is empty. Buy a pigeon.", body)

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, type(self), "pigeons", 1)
        type(self).sent = []

    # ------------------------------------------------------------------
    # What is no type
    # ------------------------------------------------------------------

    def test_what_is_no_type_is_refused(self):
        step = self.scenario.step_ids[0]
        for model, values in (
            ("dso.scenario.step", {"name": "X", "scenario_id": self.scenario.id}),
            ("dso.item.status", {"name": "X"}),
        ):
            with self.subTest(model), self.assertRaises(ValueError):
                self.env[model].create({**values, "action_type": "telex"})
        with self.assertRaises(ValueError):
            step.action_type = "telex"


@tagged("post_install", "-at_install")
class TestChannels(DsoCommon):
    def test_each_is_told_from_the_others(self):
        """On the screens and in lists nothing stands for two types."""
        names = self.env["dso.channel"]._get_channels_by_type().values()
        for attribute in ("_channel_sequence", "_channel_icon", "_channel_color"):
            with self.subTest(attribute):
                values = [getattr(self.env[name], attribute) for name in names]
                self.assertEqual(len(values), len(set(values)))
        styles = self.env["dso.channel"]._get_type_styles()
        self.assertNotIn("fa-circle-o", {style["icon"] for style in styles.values()})

    def test_names_in_every_language(self):
        """As selections of the database had them: a channel's name is of its own module."""
        for lang, label in (("fr_FR", "Appel téléphonique"), ("de_DE", "Telefonanruf")):
            self.env["res.lang"]._activate_lang(lang)
            action_types = self.env["dso.action"].with_context(lang=lang)
            described = action_types.fields_get(["action_type"])["action_type"]["selection"]
            self.assertIn(label, [text for _value, text in described])
