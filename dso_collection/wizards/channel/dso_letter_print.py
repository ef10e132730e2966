import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import letters

#: How many letters are shown before they are printed: making more takes its time.
PREVIEW_SIZE = 20


class DsoLetterPrint(models.TransientModel):
    """The pile of letters: looked through, then made into one PDF and marked done in the same
    step. Also what was printed before, once more."""

    _name = "dso.letter.print"
    _description = "Print Collection Letters"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"action_ids", "all_the_same", "other_count", "printed_ids"})

    action_ids = fields.Many2many(
        "dso.action", relation="dso_letter_print_action_rel", string="Letters"
    )
    printed_ids = fields.Many2many(
        "dso.action", relation="dso_letter_print_printed_rel", string="Printed Letters"
    )
    other_count = fields.Integer(
        help="Counts what was selected with them and is no letter to print."
    )
    ready_ids = fields.Many2many("dso.action", compute="_compute_ready_ids")
    ready_count = fields.Integer(compute="_compute_ready_ids")
    online_count = fields.Integer(compute="_compute_ready_ids")
    blocked_text = fields.Text(compute="_compute_ready_ids")
    nothing_text = fields.Text(
        compute="_compute_ready_ids", help="Lists those with nothing to collect."
    )
    all_the_same = fields.Boolean(help="Prints those with nothing to collect, too.")
    shown_count = fields.Integer(compute="_compute_ready_ids")
    page_count = fields.Integer(compute="_compute_pdf", store=True, compute_sudo=False)
    # made once, as the dialog opens and with the rights of who opens it: browsers read it twice,
    # and only read
    pdf = fields.Binary(compute="_compute_pdf", store=True, compute_sudo=False)
    pdf_name = fields.Char(compute="_compute_pdf_name")

    @api.depends("action_ids", "all_the_same")
    def _compute_ready_ids(self):
        """Which letters can be carried out; what keeps the others back, and how to fix it."""
        for wizard in self:
            wizard.action_ids.check_access("read")
            # sudo: as the dispatcher looks at them
            waiting = wizard.action_ids.sudo()._filter_pending()
            blockers = {}
            for channel, actions in waiting._by_channel():
                blockers.update(actions._get_blockers(channel, by_hand=True))
            ready = waiting.filtered(lambda action, blockers=blockers: action.id not in blockers)
            empty = {} if wizard.all_the_same else ready.with_env(self.env)._find_empty_claims()
            ready -= ready.browse([action.id for action in empty])
            wizard.nothing_text = "\n".join(
                f"{action.display_name}: {why}." for action, why in empty.items()
            )
            wizard.ready_ids = ready.ids
            wizard.ready_count = len(ready)
            wizard.shown_count = min(len(ready), PREVIEW_SIZE)
            wizard.online_count = len(ready.filtered(lambda action: action._is_posted_online()))
            wizard.blocked_text = "\n".join(
                f"{action.display_name}: {action._describe_error(blockers[action.id])}"
                for action in waiting
                if action.id in blockers
            )

    @api.depends("action_ids", "printed_ids", "all_the_same")
    def _compute_pdf(self):
        """Before: the letters as they would leave now. Afterwards: as they left."""
        for wizard in self:
            pdfs = wizard._get_printed_pdfs() or wizard._get_preview_pdfs()
            pdf = self.env["dso.letter.printer"]._merge(pdfs) if pdfs else b""
            wizard.pdf = base64.b64encode(pdf) if pdf else False
            wizard.page_count = self.env["dso.letter.printer"]._count_pages(pdf) if pdf else 0

    @api.depends_context("lang")
    def _compute_pdf_name(self):
        for wizard in self:
            day = self.env.company._dso_today()
            wizard.pdf_name = self.env._("Letters %(date)s.pdf", date=day)

    def _get_printed_pdfs(self):
        # the files, not their size, which browsers ask for
        printed = self.printed_ids.with_context(bin_size=False)
        printed.check_access("read")
        # sudo: the files of actions that the user may read; whole, where screens ask for sizes
        printed = printed.sudo().with_context(bin_size=False)
        return [action.letter_attachment_id.raw for action in printed._sort_for_folding()]

    def _get_preview_pdfs(self):
        """The first letters, in the order in which they will be printed."""
        printer = self.env["dso.letter.printer"]
        pdfs, pile = {}, []
        # sudo: what the collector will print, rendered as it will be
        shown = self.ready_ids[:PREVIEW_SIZE].sudo()
        for _channel, actions in shown._by_channel():
            pdfs.update(self.env["dso.channel.letter"]._print(actions))
        for action in shown:
            pages = printer._count_pages(pdfs[action.id])
            pile.append((action.id, pages, action.partner_id.name or ""))
        return [pdfs[action_id] for action_id in letters.folding_order(pile)]

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Printed letters") if self.printed_ids else self.env._("Letters"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_print(self):
        """Print the letters and mark them done, in one step: what is on paper is in the history,
        exactly once."""
        self.ensure_one()
        ready = self.action_ids & self.ready_ids.with_env(self.env)
        if not ready:
            raise UserError(
                self.env._(
                    "There is nothing left to print here. What somebody else has printed in the "
                    "meantime is in the history."
                )
            )
        before = ready.child_ids
        outcome = ready.action_execute(all_the_same=self.all_the_same)
        printed = (ready | ready.child_ids - before).filtered("letter_attachment_id")
        if not printed:
            return outcome if isinstance(outcome, dict) else {"type": "ir.actions.act_window_close"}
        self.write({"printed_ids": [(6, 0, printed.ids)]})
        return self._get_window()

    def action_print_all_the_same(self):
        """Take those that ask for nothing into the pile."""
        self.ensure_one()
        self.all_the_same = True
        return self._get_window()

    def action_download(self):
        """The PDF that is shown, as a file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/pdf?filename_field=pdf_name&download=true",
            "target": "self",
        }
