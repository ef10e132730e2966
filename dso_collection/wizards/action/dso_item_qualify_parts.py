from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount

from ...tools.ledger import get_due_date
from ...tools.toasts import name_some


class DsoItemQualify(models.TransientModel):
    """The part of an amount that each of several items gets."""

    _inherit = "dso.item.qualify"

    def _get_parts(self):
        """The items that get the status: {line: its promised or disputed part in its currency,
        ``None`` for all of it}. An amount is shared out over the claims, oldest first; a credit
        that is ticked with them is deducted from what is promised, and promises nothing itself."""
        lines = self._get_lines()
        if self.kind not in ("promise", "dispute"):
            return dict.fromkeys(lines)
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        left, parts = self._get_part(), {}
        if not left:
            return dict.fromkeys(claims if self.kind == "promise" else lines)
        for line in claims.sorted(lambda line: (get_due_date(line), line.id)):
            residual, currency = line.amount_residual_currency, line.currency_id
            part = min(left, residual)
            if currency.compare_amounts(part, 0.0) > 0:
                whole = currency.compare_amounts(part, residual) >= 0
                parts[line] = None if whole else currency.round(part)
            left -= part
        return parts

    def _get_part(self):
        """The part that is promised or disputed, in the currency of the items; 0 for all."""
        lines = self._get_lines()
        has_credits = any(line.amount_residual < 0 for line in lines)
        if self.amount or self.kind != "promise" or not has_credits or not self.currency_id:
            return self.amount
        net = sum(lines.mapped("amount_residual_currency"))
        return self.currency_id.round(max(net, 0.0))

    @api.depends("amount", "kind", "line_ids", "taken_line_ids")
    def _compute_parts_text(self):
        for wizard in self:
            wizard.parts_text = "\n".join(wizard._describe_parts())

    def _describe_parts(self):
        """A sentence for each item: what of the part it gets. Nothing where there is nothing to
        share out, or the part cannot be meant (see ``_check_amount``)."""
        lines = self._get_lines()
        if not self._is_allocated():
            return []
        parts, texts, without = self._get_parts(), [], []
        for line in lines.sorted(lambda line: (get_due_date(line), line.id)):
            document = line._dso_get_document()
            currency, residual = line.currency_id, line.amount_residual_currency
            if line not in parts:
                without.append(document)
            elif parts[line] is None:
                texts.append(
                    self.env._(
                        "%(document)s: %(amount)s, all of it",
                        document=document,
                        amount=format_amount(self.env, residual, currency),
                    )
                )
            else:
                texts.append(
                    self.env._(
                        "%(document)s: %(part)s of %(amount)s",
                        document=document,
                        part=format_amount(self.env, parts[line], currency),
                        amount=format_amount(self.env, residual, currency),
                    )
                )
        if without:
            texts.append(
                self.env._(
                    "%(documents)s: nothing, the status stays as it is",
                    documents=name_some(self.env, without),
                )
            )
        return texts

    def _is_allocated(self):
        """Whether a part is given of several items."""
        if self.kind not in ("promise", "dispute") or not self.currency_id:
            return False
        lines, part = self._get_lines(), self._get_part()
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        total = sum(claims.mapped("amount_residual_currency"))
        return (
            # of a single item, what is deducted is told
            (len(claims) > 1 or len(lines) > len(claims) and not self.amount)
            and part > 0
            and self.currency_id.compare_amounts(part, total) <= 0
        )

    def _get_partial_lines(self):
        if not self._get_part():
            return super()._get_partial_lines()
        partial = [line.id for line, part in self._get_parts().items() if part is not None]
        return self.env["account.move.line"].browse(partial)

    def _check_amount(self):
        if self.kind == "promise" and self.currency_id and not self._get_part():
            lines = self._get_lines()
            net = sum(lines.mapped("amount_residual_currency"))
            if self.currency_id.compare_amounts(net, 0.0) <= 0:
                raise UserError(
                    self.env._(
                        "%(customer)s: these items add up to %(total)s, so there is nothing to "
                        "promise. Take the credits out, or choose another status.",
                        customer=self.customer_names,
                        total=format_amount(self.env, net, self.currency_id),
                    )
                )
        if not self.amount:
            return
        if self.kind not in ("promise", "dispute"):
            raise UserError(self.env._("Only a promise or a dispute can be about part of an item."))
        if not self.currency_id:
            raise UserError(
                self.env._(
                    "The items are in several currencies: a part can only be given in one. Choose "
                    "the items of one currency, or leave the part empty."
                )
            )
        claims = self._get_lines().filtered(lambda line: line.amount_residual > 0)
        total = sum(claims.mapped("amount_residual_currency"))
        if self.amount < 0 or self.currency_id.compare_amounts(self.amount, total) > 0:
            raise UserError(
                self.env._(
                    "%(customer)s: the part must be between zero and the open amount of these "
                    "items, %(total)s. Correct it, or enter 0 for the full amount.",
                    customer=self.customer_names,
                    total=format_amount(self.env, total, self.currency_id),
                )
            )
