"""Questions to colleagues: who has not answered is reminded, then somebody else is told."""

from functools import partial

from odoo import Command, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import pages as rules
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress

BATCH_SIZE = 100


class DsoPage(models.Model):
    """The part of ``dso.page`` that is about colleagues. One question has one page for each link
    that was sent: the first, each reminder's, each colleague's to whom it was forwarded. The first
    one keeps the count; one answer ends the question."""

    _inherit = "dso.page"

    asked_date = fields.Date(string="Asked On", readonly=True, copy=False)
    origin_id = fields.Many2one(
        "dso.page",
        string="First Link",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
    )
    reminder_count = fields.Integer(
        string="Reminders", required=True, default=0, readonly=True, copy=False
    )
    forwarded_id = fields.Many2one(
        "dso.page",
        string="Forwarded To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Points to the link that was sent to the colleague to whom the question was "
        "forwarded.",
    )
    forwarded_date = fields.Datetime(string="Forwarded On", readonly=True, copy=False)
    escalated_date = fields.Date(string="Escalated On", readonly=True, copy=False)

    # questions that nobody has answered yet
    _waiting_idx = models.Index(
        "(company_id) WHERE purpose = 'colleague' AND origin_id IS NULL"
        " AND answered_date IS NULL AND revoked_date IS NULL AND escalated_date IS NULL"
    )

    def _get_origin(self):
        """The page that was asked first."""
        self.ensure_one()
        return self.origin_id or self

    def _get_question_pages(self):
        """All the pages of the same questions; a customer's page is alone."""
        asked = self.filtered(lambda page: page.purpose == "colleague")
        origins = asked.origin_id | asked.filtered(lambda page: not page.origin_id)
        return origins | self.search([("origin_id", "in", origins.ids)])

    # ------------------------------------------------------------------
    # What is on the page
    # ------------------------------------------------------------------

    def _get_proposable_statuses(self):
        """What colleagues may propose: not that a court is called."""
        return self.env["dso.item.status"].search([("kind", "!=", "litigation")])

    def _prepare_colleague_page(self, params, today):
        """What a colleague sees: the items of the question, who said what of them, the files.

        :param params: of the address: ``done``
        :return: dict for the template, in a constant number of queries
        """
        self.ensure_one()
        lines = self._get_lines()
        log = self._get_question_log()
        rows = [self._prepare_question_row(line, today) for line in lines]
        return {
            "question": self.action_id.comment,
            "asked_text": format_date(self.env, self.asked_date),
            "subject": self.action_id.subject,
            "rows": rows,
            "totals": self._get_totals(rows),
            "log": [
                {
                    "entry": entry,
                    "who": self._describe_author(entry),
                    "when": format_date(self.env, entry.logged_on),
                }
                for entry in log
            ],
            "files": self._get_question_files(),
            "answers": self._prepare_answers(),
            "noted": self._get_noted_answer(params.get("done")),
            "statuses": self._get_proposable_statuses(),
        }

    @api.model
    def _get_totals(self, rows):
        """[(currency, amount as text)] of statement rows: never added up over two currencies."""
        totals = {}
        for row in rows:
            currency = row["currency_id"]
            totals[currency] = totals.get(currency, 0.0) + row["amount_residual"]
        return [
            (currency, format_amount(self.env, currency.round(amount), currency))
            for currency, amount in totals.items()
        ]

    def _prepare_question_row(self, line, today):
        """One item of the question, with what is known of it inside the house."""
        row = line._dso_prepare_row(today)
        amount = format_amount(self.env, row["amount_residual"], row["currency_id"])
        return {
            **row,
            "due_date_text": format_date(self.env, row["due_date"]),
            "amount_text": amount,
            "kind_text": line._dso_get_kind_text(),
            "has_pdf": line.move_id.is_sale_document(include_receipts=True),
            "status": line.dso_status_id.name,
            "status_date_text": format_date(self.env, line.dso_status_date),
            "comment": line.dso_comment,
        }

    @api.model
    def _describe_author(self, entry):
        """Who said it: names of colleagues, else whose words they were."""
        if entry.source == "collector" and entry.user_id:
            return entry.user_id.name
        return dict(entry._fields["source"]._description_selection(self.env))[entry.source]

    def _get_question_log(self):
        """Who said what of the items of the question, newest first."""
        self.ensure_one()
        if not self.line_ids:
            return self.env["dso.qualification"]
        said = self.env["dso.qualification"].search(
            # of an item that has another customer since, what was said of this one
            [("line_id", "in", self.line_ids.ids), ("customer_id", "=", self.customer_id.id)],
            order="id desc",
            limit=50,
        )
        return said._without_undone()

    def _get_question_files(self):
        """The files that came with the items of the question, and with its answers: the only ones
        that the link gives."""
        answers = self.env["dso.page.answer"].search(
            [
                ("customer_id", "=", self.customer_id.id),
                ("line_ids", "in", self.line_ids.ids),
                ("attachment_ids", "!=", False),
            ],
            limit=50,
        )
        own = self._get_question_pages().answer_ids.attachment_ids
        return self._get_question_log().attachment_ids | answers.attachment_ids | own

    # ------------------------------------------------------------------
    # Reminders and escalation
    # ------------------------------------------------------------------

    @api.model
    def _cron_questions(self):
        """Remind the colleagues who have not answered; tell somebody where that does not help."""
        self._follow_up_questions()

    @api.model
    def _follow_up_questions(self, now=None):
        """:param now: naive UTC datetime, default the present
        :return: number of questions that were followed up
        """
        # sudo: the cron serves all companies
        pages = self.sudo()
        todays = {
            company.id: company._dso_today(now)
            for company in self.env["res.company"]._dso_companies()
            if company.dso_page_reminder_days > 0
        }
        position, done = 0, 0
        while todays:
            batch = partial(pages._follow_up_batch, todays, position)
            position, count, seconds = retry_on_conflict(self.env, batch)
            done += count
            if not position or not seconds:
                break
        return done

    @api.model
    def _follow_up_batch(self, todays, position):
        """The next questions, and commit.

        :return: position of the last one, ``None`` if there was none; number of those that were
            followed up; seconds left
        """
        batch = self._lock_waiting(todays, position)
        if not batch:
            return None, 0, 0
        count = sum(page._follow_up(todays[page.company_id.id]) for page in batch)
        return batch[-1].id, count, commit_progress(self.env, len(batch), 0)

    @api.model
    def _lock_waiting(self, todays, position):
        """The next questions that wait for an answer, of those whose day may have come."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT page.id
                  FROM dso_page page
                  JOIN unnest(%s::int[], %s::date[]) AS open(company_id, today)
                    ON open.company_id = page.company_id
                  JOIN res_company company ON company.id = page.company_id
                 WHERE page.purpose = 'colleague' AND page.origin_id IS NULL
                   AND page.answered_date IS NULL AND page.revoked_date IS NULL
                   AND page.escalated_date IS NULL AND page.id > %s
                   AND page.asked_date + company.dso_page_reminder_days
                       * (page.reminder_count + 1) <= open.today
                 ORDER BY page.id
                 LIMIT %s
                   FOR NO KEY UPDATE OF page SKIP LOCKED
                """,
                list(todays),
                list(todays.values()),
                position,
                BATCH_SIZE,
            ),
            # one that changes in this very moment: from the start again
            log_exceptions=False,
        )
        return self.browse([row[0] for row in self.env.cr.fetchall()])

    def _follow_up(self, today):
        """Remind once, or escalate. A question about items that are all cleared is over.

        :return: whether something was sent
        """
        self.ensure_one()
        if self.line_ids and not self._get_lines():
            self.escalated_date = today
            return False
        company = self.company_id
        reminder, escalation = rules.next_reminder(
            self.asked_date,
            self.reminder_count,
            company.dso_page_reminder_days,
            company.dso_page_reminders,
        )
        if reminder and reminder <= today:
            self._remind()
            return True
        if escalation and escalation <= today:
            self._escalate(today)
            return True
        return False

    def _remind(self):
        """The question again, to those who were asked last, by a link of its own."""
        last = self._get_question_pages().sorted("id")[-1:]
        [(page, token)] = self._create_pages([self._prepare_question_page(last.recipient_ids)])
        page._send_link(token, "dso_collection.mail_template_page_reminder")
        self.reminder_count += 1

    def _prepare_question_page(self, recipients):
        """Values of another page of this question."""
        origin = self._get_origin()
        return {
            "customer_id": origin.customer_id.id,
            "action_id": origin.action_id.id,
            "purpose": origin.purpose,
            "recipient_ids": [Command.set(recipients.ids)],
            "emails": self._format_emails(recipients),
            "lang": recipients[:1].lang or origin.lang,
            "line_ids": [Command.set(origin.line_ids.ids)],
            "expires_date": self._get_expiry(origin.company_id),
            "asked_date": origin.asked_date,
            "origin_id": origin.id,
        }

    def _escalate(self, today):
        """Nobody answers: an activity for the person to whom questions are escalated, and for the
        collector where there is none."""
        customer = self.customer_id
        user = (
            self.company_id.dso_page_escalation_user_id.filtered("active")
            or customer._get_collector()
        )
        customer = customer.with_context(lang=user.lang)
        note = customer.env._(
            "%(colleagues)s have not answered the question “%(question)s” of %(date)s, despite "
            "%(count)s reminders.",
            colleagues=self.emails,
            question=self.action_id.subject or self.action_id.display_name,
            date=self.asked_date,
            count=self.reminder_count,
        )
        if user:
            customer.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=today,
                summary=customer.env._("Unanswered question"),
                note=note,
                user_id=user.id,
            )
        else:
            customer.message_post(body=note, subtype_xmlid="mail.mt_note")
        self.escalated_date = today

    # ------------------------------------------------------------------
    # Forwarding
    # ------------------------------------------------------------------

    def _find_colleague(self, email):
        """The person to whom a question may be forwarded: a user of the company, or somebody with
        an address at the company's own domains. The link must not leave the house.

        :return: res.partner, made where the address is new; empty for a stranger
        """
        self.ensure_one()
        return self.company_id._dso_find_colleague(email, self.customer_id.collector_id)

    def _forward(self, colleague, comment):
        """The question goes to another colleague; the collector is told, and those who were asked
        first are reminded no more."""
        self.ensure_one()
        self._lock_page()
        if self.forwarded_id.recipient_ids == colleague:
            # two clicks
            return self.forwarded_id
        origin = self._get_origin()
        [(page, token)] = self._create_pages([origin._prepare_question_page(colleague)])
        page._send_link(
            token, "dso_collection.mail_template_page_forward", dso_page_comment=comment
        )
        customer = self.customer_id
        collector = self._get_collector()
        # the queue, which was just woken, sends both: sent by this request, too, one of them finds
        # a message that is gone
        customer = customer.with_context(lang=collector.lang, mail_notify_force_send=False)
        note = customer.env._(
            "%(from)s is not in charge and forwarded the question “%(question)s” to %(to)s.",
            to=colleague.email_normalized,
            question=self.action_id.subject or self.action_id.display_name,
            **{"from": self._get_author_name()},
        )
        if comment:
            note = f"{note}\n{comment}"
        customer.message_post(
            body=note,
            partner_ids=collector.partner_id.ids,
            author_id=self.recipient_ids[:1].id or customer.company_id.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )
        now = fields.Datetime.now()
        forwarded = {"forwarded_id": page.id, "forwarded_date": now}
        self.write(forwarded)
        if len(self.recipient_ids) == 1:
            # who is not in charge needs no link any more, those of reminders neither
            own = self._get_question_pages().filtered(
                lambda each: each != page and each.recipient_ids == self.recipient_ids
            )
            for each in self | own:
                each.write({**forwarded, "expires_date": min(each.expires_date, now)})
        return page

    def _lock_page(self):
        """Two clicks on a form come one after the other: the second sees what the first did."""
        self.env.cr.execute(
            SQL("SELECT id FROM dso_page WHERE id = ANY(%s) FOR NO KEY UPDATE", self.ids),
            # one that changed meanwhile: Odoo begins the request anew
            log_exceptions=False,
        )

    def _check_forward(self, colleague):
        """What keeps the question from going to a colleague, as a key of the page's problems."""
        self.ensure_one()
        if not colleague:
            return "stranger"
        # sudo: addresses of colleagues, compared only
        askers = (self._get_collector() | self.action_id.collector_id).sudo().partner_id
        email = colleague.sudo().email_normalized
        if email in askers.mapped("email_normalized"):
            return "asker"
        if email in self.recipient_ids.sudo().mapped("email_normalized"):
            return "yourself"
        return None

    def _is_forwarded(self):
        """Whether whoever has this link forwarded the question and has nothing to do any more."""
        return bool(
            self
            and self.forwarded_id
            and not self._is_revoked_since()
            and not rules.is_open(self.expires_date, None, fields.Datetime.now())
        )

    def _prepare_forwarded(self):
        """What the link tells of it then."""
        self.ensure_one()
        return {
            "company": self.company_id,
            "to": self.forwarded_id.emails,
            "when": format_date(self.env, self.forwarded_date),
        }
