"""Alerts: which customers need attention, by rules that users write. Each night the customers of
each rule are found anew, and their collectors are told of those that were not there before."""

import logging
from ast import literal_eval

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount

from ...tools.collectors import COLLECTOR, join_collector
from ...tools.conflicts import retry_on_conflict
from ...tools.criteria import check_criteria, is_empty, read_fields
from ...tools.crons import commit_progress

_logger = logging.getLogger(__name__)

LEVELS = [
    ("info", "Information"),
    ("warning", "Warning"),
    ("danger", "Urgent"),
]

#: Customers of each alert in a message, with a link; the rest is counted.
MAX_LINKS = 5

#: Who is told of a customer that an alert newly found: the owner of a private alert, else the
#: customer's collector, else the company's default one, also in place of one who left. Nobody where
#: both have left: it waits for whoever comes in charge.
RECIPIENT = SQL("COALESCE(alert.user_id, %s)", COLLECTOR)
PENDING = SQL(
    """
    dso_alert_hit hit
    JOIN dso_alert alert ON alert.id = hit.alert_id AND alert.active
    JOIN dso_customer customer ON customer.id = hit.customer_id
    JOIN res_company company ON company.id = hit.company_id
    %s
    """,
    join_collector("customer"),
)


class DsoAlert(models.Model):
    """A condition on customers, with a colour. [seed 002, Q48]"""

    _name = "dso.alert"
    _inherit = ["dso.guard", "dso.search"]
    _dso_technical = frozenset(
        {
            "error",
            "sequence",
        }
    )
    _description = "Collection Alert"
    _order = "sequence, id"
    _dso_writable = frozenset(
        {
            "active",
            "company_id",
            "description",
            "domain",
            "kind",
            "level",
            "name",
            "sequence",
            "user_id",
        }
    )

    name = fields.Char(required=True, translate=True)
    description = fields.Char(string="What to Do", translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("collection", "Collection"), ("risk", "Risk"), ("none", "Both")],
        required=True,
        default="none",
    )
    level = fields.Selection(LEVELS, required=True, default="warning")
    domain = fields.Char(string="Customers", required=True, default="[]")
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index="btree_not_null",
        ondelete="cascade",
        default=lambda self: self._get_default_user(),
        help="Is the only one to see a private alert. Leave empty to share it with everybody.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Leave empty for all companies."
    )
    count = fields.Integer(string="Customers Found", compute="_compute_count")
    new_count = fields.Integer(
        string="New",
        compute="_compute_new_count",
        help="Counts those found for the first time last night.",
    )
    about_contacts = fields.Boolean(
        compute="_compute_about_contacts", help="It finds customers by their contacts."
    )
    takes_all = fields.Boolean(
        string="Applies to All", compute="_compute_takes_all", help="It has no condition."
    )
    error = fields.Char(readonly=True, copy=False)
    error_message = fields.Char(
        compute="_compute_count", help="Says why its customers cannot be found, and how to fix it."
    )

    # ------------------------------------------------------------------
    # Defaults and computed fields
    # ------------------------------------------------------------------

    @api.model
    def _get_default_user(self):
        """What credit managers write is shared, what others write is their own."""
        user = self.env.user
        shares = self.env.su or user.has_group("dso_collection.group_dso_manager")
        return False if shares else user

    @api.depends("domain", "company_id", "error")
    @api.depends_context("uid", "allowed_company_ids", "lang", "dso_my_customers")
    def _compute_count(self):
        """The customers that the user may see, as they are at this moment; where asked for, only
        those of whom the user is the collector."""
        counts = self._count_customers()
        for alert in self:
            alert.count, error = counts[alert]
            error = error or alert.error
            alert.error_message = alert._describe_error(error) if error else False

    def _count_customers(self):
        """Count for all alerts in one query; where a condition cannot be used, one by one.

        :return: {alert: (number of customers, error or nothing)}
        """
        numbers, error = self._try_condition(self._read_counts)
        if error and len(self) > 1:
            return {alert: alert._count_customers()[alert] for alert in self}
        return {
            alert: (0 if error else numbers[position], error) for position, alert in enumerate(self)
        }

    def _read_counts(self):
        """Numbers of customers, in the order of the alerts."""
        customers = self.env["dso.customer"]
        queries = [customers._search(alert._get_shown_domain()) for alert in self]
        numbers = [0] * len(queries)
        counted = [
            query.select(SQL("%s::int", position), SQL("count(*)"))
            for position, query in enumerate(queries)
            if not query.is_empty()
        ]
        if counted:
            for position, number in self.env.execute_query(SQL(" UNION ALL ").join(counted)):
                numbers[position] = number
        return numbers

    def _try_condition(self, method):
        """Call a method that uses the condition, which a user wrote and which may be out of date:
        a field was removed, say.

        :return: its result and no error, or nothing and the error as text
        """
        try:
            with self.env.cr.savepoint(flush=False):
                return method(), None
        except OperationalError:
            # another transaction was at it: no fault of the condition
            raise
        except Exception as error:
            # whatever the condition makes go wrong
            return 0, str(error) or type(error).__name__

    @api.depends_context("uid", "allowed_company_ids", "dso_my_customers")
    def _compute_new_count(self):
        hits = self.env["dso.alert.hit"]
        domain = Domain("alert_id", "in", self.ids) & hits._get_new_domain()
        if self.env.context.get("dso_my_customers"):
            domain &= Domain("customer_id", "any", self._get_own_domain())
        counts = dict(hits._read_group(domain, ["alert_id"], ["__count"]))
        for alert in self:
            alert.new_count = counts.get(alert._origin, 0)

    def _describe_error(self, error):
        self.ensure_one()
        return self.env._(
            "The customers of “%(alert)s” cannot be found: %(error)s. Open the alert and correct "
            "its condition; a field that it uses may have been removed.",
            alert=self.name,
            error=error.rstrip("."),
        )

    # ------------------------------------------------------------------
    # The condition
    # ------------------------------------------------------------------

    @api.constrains("domain")
    def _check_domain(self):
        """Called on save. Odoo runs it with all rights, see ``write`` for the writer's own."""
        for alert in self:
            customers, domain = self.env["dso.customer"], alert._get_customer_domain
            try:
                check_criteria(customers, alert.domain)
            except ValidationError as error:
                raise alert._refuse_domain(error) from error
            _found, error = alert._try_condition(
                lambda customers=customers, domain=domain: customers.search(domain(), limit=1)
            )
            if error:
                raise alert._refuse_domain(error)

    def _refuse_domain(self, error):
        self.ensure_one()
        return ValidationError(
            self.env._(
                "The condition of alert “%(alert)s” cannot be used: %(error)s",
                alert=self.name,
                error=error,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        alerts = super().create(vals_list)
        # by their writer's rights, so that nobody asks by an alert what they may not read
        alerts._check_domain()
        return alerts

    def write(self, vals):
        result = super().write(vals)
        if {"domain", "user_id"} & vals.keys():
            self._check_domain()
        return result

    def _get_customer_domain(self):
        """Domain of the customers that this alert is about, in its companies.

        :raise ValueError: if the condition cannot be read
        """
        self.ensure_one()
        domain = Domain(literal_eval(self.domain or "[]"))
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        return domain

    @api.model
    def _get_own_domain(self):
        """Domain of the user's own customers, where the search asks for these alone."""
        own = self.env.context.get("dso_my_customers")
        return Domain("collector_id", "=", self.env.uid) if own else Domain.TRUE

    def _get_shown_domain(self):
        return self._get_customer_domain() & self._get_own_domain()

    @api.depends("domain")
    def _compute_takes_all(self):
        for alert in self:
            alert.takes_all = is_empty(alert.domain)

    @api.depends("domain")
    def _compute_about_contacts(self):
        customers = self.env["dso.customer"]
        for alert in self:
            names = read_fields(customers, alert.domain)
            alert.about_contacts = bool(names & {"contact_ids", "contact_missing", "email_missing"})

    def action_propose_contacts(self):
        """Contacts for collection for the customers of this alert, those that the user may see."""
        self.ensure_one()
        customers = self.env["dso.customer"].search(self._get_shown_domain())
        return customers.action_propose_contacts()

    def action_view_customers(self):
        """The customers behind the alert, as they are at this moment: those that were counted."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_customer_action")
        own = self.env.context.get("dso_my_customers")
        return dict(
            action,
            name=self.name,
            display_name=self.name,
            domain=self._get_customer_domain(),
            # a filter, which can be removed there too
            context={"search_default_my": 1} if own else {},
        )

    # ------------------------------------------------------------------
    # The night's work
    # ------------------------------------------------------------------

    @api.model
    def _cron_alert(self):
        """The night's job."""
        self._evaluate()

    @api.model
    def _evaluate(self):
        """Find the customers of all alerts, and tell the collectors of those that are new.

        :return: the messages
        """
        # sudo: the cron serves all users; private alerts are evaluated with their owners' rights
        self = self.sudo()
        self.env.flush_all()
        retry_on_conflict(self.env, self._drop_hits_of_archived)
        alerts = self.search(["|", ("user_id", "=", False), ("user_id.active", "=", True)])
        for number, alert in enumerate(alerts, 1):
            retry_on_conflict(self.env, alert._refresh_hits)
            commit_progress(self.env, 1, len(alerts) - number)
        return retry_on_conflict(self.env, self._notify_and_commit)

    @api.model
    def _notify_and_commit(self):
        messages = self._notify()
        commit_progress(self.env)
        return messages

    @api.model
    def _drop_hits_of_archived(self):
        """What an archived alert found counts as new when it is used again."""
        archived = self.with_context(active_test=False)._search([("active", "=", False)])
        self.env.cr.execute(
            SQL("DELETE FROM dso_alert_hit WHERE alert_id IN %s", archived.subselect())
        )

    def _refresh_hits(self):
        """Find the customers of this alert anew, company by company: one query each.

        Where the condition cannot be used, the alert says so, and what it found before stays:
        fixed, it does not tell everything again.
        """
        self.ensure_one()
        self.env.flush_all()
        _done, error = self._try_condition(self._write_hits)
        if error:
            _logger.warning("Alert %s (%s): %s", self.display_name, self.id, error)
        if (self.error or None) != error:
            self.error = error

    def _write_hits(self):
        companies = self.company_id or self.env["res.company"]._dso_companies()
        if self.user_id:
            companies &= self.user_id.company_ids
        for company in companies:
            self.env.cr.execute(self._get_hit_query(company))

    def _get_hit_query(self, company):
        """Customers that are there no more leave, new ones come: one statement."""
        # the same dates as the company's; the rights of a private alert's owner
        customers = self.env["dso.customer"].with_context(tz=str(company._dso_tz()))
        if self.user_id:
            customers = customers.with_user(self.user_id).with_context(
                allowed_company_ids=company.ids
            )
        found = customers._search(
            self._get_customer_domain() & Domain("company_id", "=", company.id)
        )
        return SQL(
            """
            WITH found AS (%(found)s), gone AS (
                DELETE FROM dso_alert_hit hit
                 WHERE hit.alert_id = %(alert)s
                   AND hit.company_id = %(company)s
                   AND NOT EXISTS (SELECT 1 FROM found WHERE found.id = hit.customer_id)
            )
            INSERT INTO dso_alert_hit (alert_id, customer_id, company_id, date)
            SELECT %(alert)s, found.id, %(company)s, %(today)s
              FROM found
             WHERE NOT EXISTS (
                 SELECT 1 FROM dso_alert_hit hit
                  WHERE hit.alert_id = %(alert)s AND hit.customer_id = found.id
             )
            """,
            found=found.select(),
            alert=self.id,
            company=company.id,
            today=company._dso_today(),
        )

    # ------------------------------------------------------------------
    # Telling the collectors
    # ------------------------------------------------------------------

    @api.model
    def _notify(self):
        """One message for each user with newly found customers, over all companies that were not
        told of today. What nobody could be told of yet waits for whoever comes in charge.

        :return: the messages
        """
        messages = self.env["mail.message"]
        todays = {
            company: today
            for company in self.env["res.company"]._dso_companies()
            if (today := company._dso_today()) != company.dso_last_alert_date
        }
        if not todays:
            return messages
        for user in self._get_recipients(todays):
            messages |= self._notify_user(user, todays)
            commit_progress(self.env)
        for company, today in todays.items():
            company.dso_last_alert_date = today
        return messages

    @api.model
    def _get_recipients(self, companies):
        """The users who have to be told of something, those who left and those without access to
        collection aside."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT %s FROM %s"
                " WHERE hit.notified_date IS NULL AND hit.company_id = ANY(%s)",
                RECIPIENT,
                PENDING,
                [company.id for company in companies],
            )
        )
        users = self.env["res.users"].browse(row[0] for row in self.env.cr.fetchall() if row[0])
        return (
            users.exists()
            .filtered(lambda user: user.active and not user.share)
            .filtered(lambda user: user.has_group("dso_collection.group_dso_reader"))
            .sorted("id")
        )

    @api.model
    def _notify_user(self, user, todays):
        """Tell one user of the newly found customers that the user may see."""
        condition = self._get_pending_condition(user, todays)
        found = self.env.execute_query(
            SQL(
                "SELECT alert.id, count(*), (array_agg(customer.id"
                " ORDER BY customer.amount_overdue DESC NULLS LAST, customer.id))[1:%s]"
                " FROM %s WHERE %s GROUP BY alert.id ORDER BY alert.sequence, alert.id",
                MAX_LINKS,
                PENDING,
                condition,
            )
        )
        if not found:
            return self.env["mail.message"]
        message = self._send_message(user, found)
        self.env.cr.execute(
            SQL(
                "UPDATE dso_alert_hit SET notified_date = told.today"
                " FROM (SELECT hit.id, day.today FROM %s"
                " JOIN unnest(%s::int[], %s::date[]) AS day(company_id, today)"
                " ON day.company_id = hit.company_id WHERE %s) told"
                " WHERE told.id = dso_alert_hit.id",
                PENDING,
                [company.id for company in todays],
                list(todays.values()),
                condition,
            )
        )
        self.env["dso.alert.hit"].invalidate_model(["notified_date"], flush=False)
        return message

    @api.model
    def _get_pending_condition(self, user, companies):
        """What a user was not told of yet: of the customers that the record rules let the user
        see, and of no other."""
        customers = self.env["dso.customer"].with_user(user)
        visible = customers.with_context(allowed_company_ids=user.company_ids.ids)._search(
            [("company_id", "in", [company.id for company in companies])]
        )
        return SQL(
            "hit.notified_date IS NULL AND %s = %s AND hit.customer_id IN %s",
            RECIPIENT,
            user.id,
            visible.subselect(),
        )

    @api.model
    def _send_message(self, user, found):
        """Tell a user, in the user's own language and time zone.

        :param found: [(alert id, number of customers, ids of the first ones)]
        """
        self = self.with_context(lang=user.lang, tz=user.tz)
        sections = [
            self._prepare_section(
                self.browse(alert_id), count, self.env["dso.customer"].browse(ids)
            )
            for alert_id, count, ids in found
        ]
        body = self.env["ir.qweb"]._render(
            "dso_collection.alert_message",
            {"user": user, "sections": sections, "base_url": user.get_base_url()},
            lang=user.lang,
            minimal_qcontext=True,
        )
        count = sum(section["count"] for section in sections)
        return self.env["mail.thread"].message_notify(
            subject=self.env._("Collection alerts: %(count)s new", count=count),
            body=body,
            partner_ids=user.partner_id.ids,
            email_layout_xmlid="mail.mail_notification_light",
        )

    @api.model
    def _prepare_section(self, alert, count, customers):
        return {
            "title": alert.name,
            "description": alert.description,
            "count": count,
            "customers": [
                {
                    "id": customer.id,
                    "name": customer.display_name,
                    "overdue": customer.amount_overdue
                    and format_amount(self.env, customer.amount_overdue, customer.currency_id),
                }
                for customer in customers
            ],
            "more": count - len(customers),
        }
