from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.mail import (
    decode_message_header,
    email_normalize,
    email_split,
    unfold_references,
)

from ...engine import autoreply, reports
from ...tools.inside import inside


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Out-of-office notices go to the return path (RFC 3834), where Odoo takes whatever comes
        for a bounce: one from somebody whom we wrote to is an answer like others."""
        if message_dict.get("is_bounce") and self._dso_is_answer(message, message_dict):
            message_dict["is_bounce"] = False
        if self._dso_is_without_thread(message, message_dict, model, thread_id):
            routes = self._dso_route_by_sender(message, message_dict)
            if routes is not None:
                return routes
        return super().message_route(message, message_dict, model, thread_id, custom_values)

    # ------------------------------------------------------------------
    # Without a thread: whoever wrote it tells whose it is
    # ------------------------------------------------------------------

    @api.model
    def _dso_is_without_thread(self, message, message_dict, model, thread_id):
        """Whether Odoo would turn an e-mail away, or ask for a collection file to be made: it
        answers no message that is known, and goes to the catchall address, or to an alias or a
        server of collection files."""
        if message_dict.get("is_bounce") or thread_id:
            return False
        references = unfold_references(
            message_dict.get("references") or message_dict.get("in_reply_to") or ""
        )
        # sudo: the mail gateway looks for what it is about, whoever it runs as
        messages = self.env["mail.message"].sudo()
        if references and messages.search_count(
            [("message_id", "in", references[-32:]), ("model", "!=", False)], limit=1
        ):
            return False
        addresses = [email.lower() for email in email_split(message_dict.get("recipients") or "")]
        # sudo: aliases by the addresses of the message, only whose they are is asked
        aliases = self.env["mail.alias"].sudo().search([("alias_full_name", "in", addresses)])
        if aliases:
            return set(aliases.alias_model_id.mapped("model")) == {"dso.customer"}
        if self._detect_write_to_catchall(message_dict):
            return True
        if model:
            return model == "dso.customer"
        return bool(
            self.with_context(mail_catchall_write_any_to=True)._detect_write_to_catchall(
                message_dict
            )
        )

    @api.model
    def _dso_route_by_sender(self, message, message_dict):
        """Where an e-mail goes that says nothing but who wrote it.

        :return: routes, none where it was kept for somebody to say whose it is; ``None`` where
            nobody is known by that address, which Odoo is asked to decide
        """
        if self._dso_classify(message, message_dict, reports.read(message)) == autoreply.BOUNCE:
            return None
        sender = message_dict.get("email_from")
        # sudo: the mail gateway looks the sender up, whoever it runs as
        Customer = self.env["dso.customer"].sudo()
        customers = Customer._find_by_email(sender, self._dso_find_companies(message_dict))
        if not customers:
            return None
        # no message is known that it answers
        message_dict.pop("parent_id", None)
        if len(customers) > 1:
            self.env["dso.reply"]._receive_unassigned_email(
                customers.company_id[:1],
                message_dict,
                automatic=self._dso_classify(message, message_dict) == autoreply.AUTOMATIC,
            )
            return []
        uid = self._mail_find_user_for_gateway(sender).id or self.env.uid
        return [(customers._name, customers.id, None, uid, None)]

    @api.model
    def _dso_find_companies(self, message_dict):
        """The companies to whose catchall address an e-mail went."""
        addresses = {
            email_normalize(email) or email
            for email in email_split(message_dict.get("recipients") or message_dict.get("to") or "")
        }
        # sudo: addresses and companies of this database, compared only
        domains = self.env["mail.alias.domain"].sudo().search([("catchall_alias", "!=", False)])
        return domains.filtered(lambda domain: domain.catchall_email in addresses).company_ids

    @api.model
    def _dso_is_answer(self, message, message_dict):
        """Whether somebody who got a message of ours wrote this, though Odoo takes it for a
        bounce. Mail servers never write in a recipient's name."""
        report = reports.read(message)
        if report or self._dso_classify(message, message_dict) == autoreply.BOUNCE:
            return False
        told = self._dso_find_told(set(reports.find_message_ids(message)))
        sender = email_normalize(message_dict.get("email_from") or "")
        return bool(sender) and any(
            sender in notification._dso_get_addresses() for notification in told.notification_ids
        )

    @api.model
    def _dso_classify(self, message, message_dict, report=None):
        sender = message_dict.get("email_from") or ""
        return autoreply.classify(
            _get_headers(message),
            decode_message_header(message, "Subject"),
            email_normalize(sender) or sender,
            report,
        )

    @api.model
    def _dso_find_told(self, message_ids):
        """The message in a customer's file that has one of these names, the latest where several
        have.

        :param message_ids: Message-Ids
        """
        # sudo: the mail gateway looks for what it is about, whoever it runs as
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [("message_id", "in", list(message_ids)), ("model", "=", "dso.customer")],
                order="id desc",
                limit=1,
            )
            if message_ids
            # sudo: nothing, of the kind that is found as superuser
            else self.env["mail.message"].sudo()
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Odoo takes every report for a bounce, of its first recipient: of messages of ours only
        what failed is one, and each recipient at whom it did. Others' bounces are left alone."""
        report = reports.read(email_message)
        # sudo: messages of the module that a report names, by its own Message-Id
        told = self.env["mail.message"].sudo()
        if report and report.kind:
            told = self._dso_find_told(report.message_ids)
        if not told:
            if report and report.kind not in (None, reports.FAILED):
                told = self._dso_find_last_told(report, message_dict)
            if not told:
                return super()._routing_handle_bounce(email_message, message_dict)
            # which of them it is about is not said
            return None
        if report.kind != reports.FAILED:
            self._dso_note_report(report, told, email_message, message_dict)
            return None
        failed = [one for one in report.failed if not self._dso_is_known_dead(one, told)]
        if report.failed and not failed:
            return None
        for recipient in failed:
            values = self._dso_prepare_bounce(recipient, told)
            super()._routing_handle_bounce(email_message, {**message_dict, **values})
            told.notification_ids._dso_note_failed({values["bounced_email"]}, "dead")
        statuses = told.notification_ids.mapped("notification_status")
        if "bounce" not in statuses:
            # forwarded to an address that we do not know: it did not arrive all the same
            action = self._dso_find_action(told)
            action._set_undelivered(html2plaintext(message_dict.get("body") or "").strip())
        return None

    @api.model
    def _dso_find_last_told(self, report, message_dict):
        """The last message to the address of a report that names no message, unless it names
        one of somebody else."""
        if report.message_ids and message_dict.get("bounced_message"):
            # sudo: nothing, of the kind that is found as superuser
            return self.env["mail.message"].sudo()
        addresses = [
            email_normalize(address) or address
            for recipient in report.recipients
            for address in recipient.addresses
        ]
        # sudo: the mail gateway looks for what it is about, whoever it runs as
        partners = self.env["res.partner"].sudo().search([("email_normalized", "in", addresses)])
        notifications = self.env["mail.notification"].sudo()
        return notifications.search(
            [
                ("res_partner_id", "in", partners.ids),
                ("mail_message_id.model", "=", "dso.customer"),
            ],
            order="id desc",
            limit=1,
        ).mail_message_id

    @api.model
    def _dso_find_action(self, told):
        """The action that a message is of."""
        # sudo: the mail gateway reports what became of it
        Action = self.env["dso.action"].sudo()
        return Action.search([("message_id", "=", told.id)], limit=1)

    @api.model
    def _dso_find_notification(self, recipient, told):
        """Whom of those whom a message went to a report is about."""
        addresses = {email_normalize(address) or address for address in recipient.addresses}
        notifications = told.notification_ids
        named = notifications.filtered(
            lambda one: not addresses.isdisjoint(one._dso_get_addresses())
        )
        return named[:1] or (notifications if len(notifications) == 1 else named)

    @api.model
    def _dso_is_known_dead(self, recipient, told):
        """Whether a report tells once more of an address that was given up meanwhile."""
        addresses = {email_normalize(address) or address for address in recipient.addresses}
        notifications = told.notification_ids
        if any(not addresses.isdisjoint(one._dso_get_addresses()) for one in notifications):
            return False
        return any(
            not addresses.isdisjoint(one._dso_get_delivery()["dead"]) for one in notifications
        )

    @api.model
    def _dso_prepare_bounce(self, recipient, told):
        """What Odoo is told of one recipient at whom a message failed."""
        notification = self._dso_find_notification(recipient, told)
        named = [email_normalize(address) or address for address in recipient.addresses]
        own = notification._dso_get_addresses() if notification else set()
        # of two addresses the very one; where it was forwarded, the one that we know
        email = next((address for address in named if address in own), None)
        email = email or _get_address(notification) or (named[0] if named else False)
        partner = notification.res_partner_id
        if not partner and email:
            partner = partner.search([("email_normalized", "=", email)])
        return {"bounced_email": email, "bounced_partner": partner, "bounced_message": told}

    @api.model
    def _dso_note_report(self, report, told, email_message, message_dict):
        """Keep what came back of a message that did not fail, in the customer's file: it may be
        evidence one day."""
        # sudo: the mail gateway notes it, whoever it runs as
        customer = self.env["dso.customer"].sudo().browse(told.res_id).exists()
        if not customer:
            return
        action = self._dso_find_action(told)
        moment = message_dict.get("date")
        if report.kind == reports.READ and action and moment and not action.read_date:
            action.read_date = moment
        # sudo: the notifications of that very message, for the recipients' names
        notification = self.env["mail.notification"].sudo()
        for recipient in report.recipients:
            notification |= self._dso_find_notification(recipient, told)
        names = notification.res_partner_id.mapped("name") or [message_dict.get("email_from") or ""]
        customer = customer.with_context(
            lang=customer.collector_id.lang or customer.company_id.partner_id.lang
        )
        customer.message_post(
            body=customer._describe_report(report.kind, told.subject or "", ", ".join(names)),
            author_id=self.env.ref("base.partner_root").id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            message_id=message_dict["message_id"],
            attachments=[("report.eml", email_message.as_bytes())],
        )

    def _message_route_process(self, message, message_dict, routes):
        """Tell the collection file what it cannot see of an incoming e-mail afterwards: whether a
        machine wrote it, and which messages it answers. Bounces that Odoo does not recognise are
        no answers either."""
        if any(route[0] == "dso.customer" for route in routes or ()):
            kind = self._dso_classify(message, message_dict, reports.read(message))
            if kind != autoreply.BOUNCE:
                references = unfold_references(message_dict.get("references") or "")
                references.append(message_dict.get("in_reply_to"))
                self = self.with_context(
                    **inside(
                        dso_incoming={
                            "automatic": kind == autoreply.AUTOMATIC,
                            "references": [reference for reference in references if reference],
                        }
                    )
                )
        return super()._message_route_process(message, message_dict, routes)


def _get_address(notification):
    """The address that a recipient was written to, in its normal form."""
    email = notification.mail_email_address or notification.res_partner_id.email
    return email_normalize(email) or ""


def _get_headers(message):
    """{name in lower case: values}"""
    headers = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), []).append(str(value))
    return headers
