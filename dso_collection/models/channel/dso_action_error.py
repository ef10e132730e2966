from odoo import models
from odoo.fields import Domain

from ...tools.bulk import bulk_update
from ...tools.toasts import toast


class DsoAction(models.Model):
    """What keeps an action from being carried out, and what becomes of one that failed."""

    _inherit = "dso.action"

    def _get_blockers(self, channel, by_hand=False):
        """What keeps actions of one channel from being carried out: what the channel lacks, and
        that nobody is chased who was archived, nor by itself in a file that was.

        :param by_hand: whether somebody carries them out
        :return: see ``dso.channel._get_blockers``
        """
        blockers = channel._get_blockers(self, by_hand)
        for action in self:
            alone = action.automatic and not by_hand
            if not action.partner_id.active and (alone or channel._is_written):
                blockers[action.id] = {
                    "code": "archived_customer",
                    "model": "res.partner",
                    "res_id": action.partner_id.id,
                }
            elif alone and not action.customer_id.active:
                blockers[action.id] = {
                    "code": "archived_file",
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                }
        return blockers

    def _is_held_back(self):
        """Whether a message that failed does not leave again, because its customer was archived
        meanwhile."""
        self.ensure_one()
        return (
            bool(self.done_date)
            and self._get_channel()._is_written
            # sudo: whether the customer of a readable action is in use
            and not self.sudo().partner_id.active
        )

    def _set_error(self, code, **data):
        """Put open actions in error with what has to be fixed (R11)."""
        self._set_errors(dict.fromkeys(self.ids, {"code": code, **data}))

    def _set_errors(self, blockers):
        """The same for many actions, each with its own: one statement.

        :param blockers: {action id: data of its error, with its code}
        """
        self._write_states(
            [
                (action.id, "error", blockers[action.id])
                for action in self
                if action.state != "error" or action.error_data != blockers[action.id]
            ]
        )

    def _refresh_errors(self):
        """Look again at what keeps open actions from being sent: error from the moment they are
        planned, and back to planned as soon as it is fixed (R11)."""
        actions = self._filter_pending()
        fixed = self.browse()
        for channel, group in actions._by_channel():
            blockers = {
                action_id: blocker
                for action_id, blocker in group._get_blockers(channel).items()
                if not group.browse(action_id)._lacks_own_text(blocker)
            }
            fixed |= group.filtered(
                lambda action, blockers=blockers: action.id not in blockers and action._is_fixed()
            )
            # a plan from nothing can find thousands of customers without a contact
            group.browse(blockers)._set_errors(blockers)
        self._write_states([(action_id, "planned", None) for action_id in fixed.ids])
        if fixed.filtered(lambda action: action._leaves_by_itself()):
            self._trigger_dispatch()

    def _lacks_own_text(self, blocker):
        """Whether all that an action done by hand lacks is its own text: somebody writes it."""
        return not self.automatic and blocker.get("model") == self._name

    def _is_fixed(self):
        """Whether nothing keeps an action back that was in error; what failed as it was carried
        out stays so until it is tried again."""
        return self.state == "error" and not (self.error_data or {}).get("sticky")

    def _write_states(self, rows):
        """Write states and errors in bulk.

        :param rows: [(action id, state, error data)]
        """
        if not rows:
            return
        self.env.flush_all()
        columns = ["state", "error_data"]
        bulk_update(self, columns, rows)
        changed = self.browse([row[0] for row in rows])
        changed.modified(columns)
        # lists by state on the file do not follow a change of state by themselves
        changed.customer_id.invalidate_recordset(
            ["open_action_ids", "past_action_ids"], flush=False
        )

    def action_retry(self, all_the_same=False):
        """Try again what failed: a message that was not delivered leaves once more, the same one
        with the same Message-Id; what was never sent is looked at again.

        :param all_the_same: also those whose items are cleared, without a question
        """
        self.check_access("write")
        # sudo: the message belongs to the system; the right to act was checked
        failed = self.sudo().filtered(lambda action: action.state == "error")
        sent = failed.filtered("done_date")
        if not all_the_same and (
            question := self._ask_first(
                "action_retry", empty=self.browse(sent.ids)._find_cleared_claims()
            )
        ):
            return question
        printed = sent.filtered("letter_attachment_id") - sent.filtered(
            lambda action: action.mail_id or action.snailmail_letter_id
        )
        # somebody fixed something: a new beginning, with all its attempts
        failed.write({"retry_count": 0, "retry_date": False})
        for channel, actions in sent._by_channel():
            actions._resend_messages(channel)
        waiting = failed - sent
        waiting.write({"state": "planned", "error_data": False})
        waiting._refresh_errors()
        customers = failed.customer_id
        customers._plan(customers)
        self._trigger_dispatch()
        printed = printed.filtered(lambda action: action.state == "done")
        # paper leaves by hand: it is put into the user's
        if printed:
            return printed.with_env(self.env).action_reprint_letters()
        if not failed:
            return None
        still = failed.filtered(lambda action: action.state == "error").with_env(self.env)
        if still:
            return toast(
                "\n".join(f"{action.display_name}: {action.error_message}" for action in still[:5]),
                "warning",
            )
        # with the names that the user may read
        names = failed.with_env(self.env)._name_some()
        return toast(self.env._("%(actions)s: retried.", actions=names))

    def _resend_messages(self, channel):
        """The same messages again, and to whom they went then."""
        actions = self.filtered(lambda action: not action._is_held_back())
        channel._retry(actions)
        for action in actions.filtered(lambda action: action.state == "done"):
            action.sent_to = channel._get_resent_to(action)

    def _set_undelivered(
        self, text, model=None, res_id=None, code="undelivered", transient=False, **data
    ):
        """A message that had left was refused or bounced: the action is in error with the
        server's words, and the step planned after it is taken back (R11). A step that was
        overtaken keeps the words only: what comes next follows from the later one (R9).

        :param text: the words of the server or provider
        :param model: of the record to fix, with ``res_id``; default the recipient
        :param code: see ``_describe_error``, with the further ``data`` that its sentence needs
        :param transient: whether the cause is a passing one: it is tried again by itself
        """
        # sudo: the mail system reports it
        actions = self.sudo().filtered(lambda action: action.state in ("done", "error"))
        overtaken = actions._get_superseded()
        last = (actions - overtaken).filtered(lambda action: action.origin == "scenario")
        following = self.sudo().search(
            self._get_pending_domain()
            & Domain("customer_id", "in", last.customer_id.ids)
            & Domain("origin", "=", "scenario")
        )
        following._cancel("undelivered")
        self.env.flush_all()
        for action in actions:
            partner = action.recipient_ids[:1] or action.partner_id
            action.write(
                {
                    "state": action.state if action in overtaken else "error",
                    "error_data": {
                        **data,
                        "code": "unreachable" if transient else code,
                        "text": text,
                        "model": model or "res.partner",
                        "res_id": res_id or partner.id,
                    },
                    **action._prepare_retry_values(transient and action not in overtaken),
                }
            )
        self.env["dso.refresh.queue"]._enqueue_customers(actions.customer_id)

    def _find_iap_account(self, service_name):
        """The account that one of Odoo's services charges, as far as there is one: Odoo's own
        way makes one, in a transaction apart."""
        self.ensure_one()
        return self.env["iap.account"].search(
            [
                ("service_name", "=", service_name),
                "|",
                ("company_ids", "=", False),
                ("company_ids", "in", self.company_id.ids),
            ],
            limit=1,
        )

    def _get_superseded(self):
        """The scenario actions after which another one of the same customer was done."""
        later = self.search(
            [
                ("customer_id", "in", self.customer_id.ids),
                ("origin", "=", "scenario"),
                ("done_date", "!=", False),
            ]
        )
        latest = {
            customer: max(done.ids) for customer, done in later.grouped("customer_id").items()
        }
        return self.filtered(
            lambda action: (
                action.origin == "scenario"
                and action.id < latest.get(action.customer_id, action.id)
            )
        )

    def _describe_error(self, data):
        """What keeps the action back and how to fix it, in the user's language: its channel's
        words, see ``dso.channel._describe_error``."""
        if self._is_held_back():
            data = {**data, "code": "archived_customer"}
        channel = self._get_channel()
        return (
            channel._describe_error(self, data)
            or channel._describe_any_error(self, data)
            or data["code"]
        )
