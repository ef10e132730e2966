import lxml.html
from freezegun import freeze_time

from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEmailLayout(LetterCommon):
    """What mail programs are given to show, whatever they can."""

    def _send(self, count):
        partner = self._make_customer("Mail", count)
        self._create_contact(partner, "Moira", "moira@mail.example.com")
        action = self._letter(
            partner, "email", mail_template_id=self.template.id, letter_template_id=False
        )
        action.action_execute()
        self.assertEqual(action.state, "done", action.error_message)
        return action

    def test_plain_text_has_one_line_for_each_item(self):
        action = self._send(60)
        (email,) = action.mail_id._prepare_outgoing_list()
        lines = email["body_alternative"].replace("\xa0", " ").splitlines()
        self.assertIn("Document | Date | Due date | Days overdue | Amount", lines)
        for item in action.item_ids:
            (line,) = (line for line in lines if item.document in line)
            self.assertEqual(line, f"{item.document} | 02/01/2026 | 03/01/2026 | 5 | $ 100.00")
        self.assertIn("Total USD | $ 6,000.00", lines)
        self.assertTrue(lines[0].startswith("Please pay"), "a hidden preview stands first")
        self.assertIn("Please pay $ 6,000.00.", " ".join(lines).replace("*", ""))

    def test_other_mails_keep_odoos_text(self):
        mail = self.env["mail.mail"].create(
            {
                "email_to": "a@b.example.com",
                "body_html": "<table><thead><tr><th>A</th><th>B</th></tr></thead></table>",
            }
        )
        (email,) = mail._prepare_outgoing_list()
        self.assertNotIn("|", email["body_alternative"])

    def test_headings_are_read_on_dark_screens(self):
        """A background of ours never meets a colour of somebody else's: programs in dark mode
        turn dark letters white."""
        action = self._send(1)
        root = lxml.html.fromstring(action.mail_id.body_html)
        painted = root.xpath("//table//*[contains(@style, 'background-color')]")
        self.assertTrue(painted)
        for node in painted:
            words = [part.strip() for part in node.get("style").split(";")]
            self.assertTrue(any(word.startswith("color:") for word in words), node.get("style"))
