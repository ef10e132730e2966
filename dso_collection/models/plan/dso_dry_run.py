from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine import dry_run

#: Days that a dry run looks ahead, unless told otherwise, and at most.
DEFAULT_DAYS = 60
MAX_DAYS = 366
#: Customers of one request: the screen shows how far it is, and can stop between two.
CHUNK_SIZE = 250
#: Customers, each time for each scenario, of one spreadsheet: it is one request, which Odoo ends
#: after two minutes unless told otherwise.
MAX_EXPORT = 30_000


class DsoDryRun(models.AbstractModel):
    """What would go out, day by day, if nobody paid: for some customers, in their own scenario or
    in another one, beside a second one on the same ledger. Writes nothing.

    The screen asks chunk by chunk (:meth:`run_chunk`), so that a ledger of any size can be looked
    at and the run stopped. All methods take the same ``params``, a dict with

    - ``population``: whom to look at: ``all``, ``scenario`` or ``customers``,
    - ``population_scenario_id``: those who follow this scenario,
    - ``customer_ids``: these ones,
    - ``scenario_id``: the scenario that they would follow, false for their own,
    - ``compare_id``: a second scenario to compare with, false for none,
    - ``days``: how many days ahead.

    An archived customer gets nothing, and is not looked at.
    """

    _name = "dso.dry.run"
    _description = "Dry Run of Scenarios"

    @api.model
    @api.readonly
    def prepare(self, params):
        """What the screen has to know before the first chunk.

        :return: dict with the dates, the number of customers, the types of action in use, a name
            for each of the runs, and what of the parameters is no more: customers and scenarios
            that were deleted, or are those of another company now
        """
        gone = self._find_gone(params)
        params = {**params, **gone}
        days = self._get_days(params)
        today = self.env.company._dso_today()
        return {
            "today": fields.Date.to_string(today),
            "until": fields.Date.to_string(today + timedelta(days=days)),
            "total": self.env["dso.customer"].search_count(self._get_domain(params)),
            "types": self._get_types(),
            "runs": [name for name, _scenario in self._get_runs(params)],
            "can_export": self.env.user.has_group("base.group_allow_export"),
            "gone": gone,
        }

    @api.model
    def _find_gone(self, params):
        """{parameter: its value without the records that are no more} of those that change."""
        gone = {}
        scenarios = self.env["dso.scenario"].with_context(active_test=False)
        for key in ("scenario_id", "compare_id", "population_scenario_id"):
            if params.get(key) and not scenarios.search_count([("id", "=", params[key])], limit=1):
                gone[key] = False
        if ids := params.get("customer_ids"):
            customers = self.env["dso.customer"].with_context(active_test=False)
            found = set(customers.search([("id", "in", ids)]).ids)
            if len(found) < len(ids):
                gone["customer_ids"] = [res_id for res_id in ids if res_id in found]
        return gone

    @api.model
    @api.readonly
    def run_chunk(self, params, after_id=0):
        """The next customers, in the order of their ids.

        :param after_id: the last customer of the chunk before
        :return: dict with ``after_id``, ``done`` (customers looked at, 0 at the end), ``runs`` (for
            each run, counts by day and type) and ``customers`` (those who get something in one of
            them, with what they get in each)
        """
        customers = self._get_chunk(params, after_id)
        tallies = [
            self._tally(entries) for _name, entries in self._simulate_runs(params, customers)
        ]
        return {
            "after_id": customers[-1:].id or after_id,
            "done": len(customers),
            "runs": [
                {fields.Date.to_string(day): counts for day, counts in tally.days.items()}
                for tally in tallies
            ],
            "customers": [
                {
                    "id": customer.id,
                    "name": customer.display_name,
                    "currency_id": customer.currency_id.id,
                    "runs": [_prepare_share(tally.customers.get(customer.id)) for tally in tallies],
                }
                for customer in customers
                if any(customer.id in tally.customers for tally in tallies)
            ],
        }

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------

    @api.model
    def _get_days(self, params):
        days = params.get("days")
        if days is None:
            return DEFAULT_DAYS
        if type(days) is not int or not 0 < days <= MAX_DAYS:
            raise UserError(
                self.env._(
                    "A dry run cannot look %(days)s days ahead. Enter a number from 1 to "
                    "%(maximum)s.",
                    days=days,
                    maximum=MAX_DAYS,
                )
            )
        return days

    @api.model
    def _get_scenario(self, params, key):
        """A scenario of the parameters, if the user may see it."""
        scenario = self.env["dso.scenario"].with_context(active_test=False)
        scenario = scenario.browse(params.get(key) or ()).exists()
        scenario.check_access("read")
        return scenario

    @api.model
    def _get_scenarios(self, params):
        """The scenarios to run: one, or two that are compared; an empty one means their own."""
        scenarios = [self._get_scenario(params, "scenario_id")]
        if compared := self._get_scenario(params, "compare_id"):
            scenarios.append(compared)
        return scenarios

    @api.model
    def _get_runs(self, params):
        """[(name, scenario)] of what is compared."""
        own = self.env._("Own scenario")
        return [(scenario.name or own, scenario) for scenario in self._get_scenarios(params)]

    @api.model
    def _get_domain(self, params):
        """The customers that are looked at. A scenario of one company serves no other."""
        domain = {
            "all": lambda: Domain.TRUE,
            "scenario": lambda: Domain(
                "scenario_id", "=", self._get_scenario(params, "population_scenario_id").id
            ),
            "customers": lambda: Domain("id", "in", params.get("customer_ids") or []),
        }[params.get("population") or "all"]()
        for scenario in self._get_scenarios(params):
            if scenario.company_id:
                domain &= Domain("company_id", "=", scenario.company_id.id)
        return domain

    @api.model
    def _get_chunk(self, params, after_id):
        return self.env["dso.customer"].search(
            self._get_domain(params) & Domain("id", ">", after_id), order="id", limit=CHUNK_SIZE
        )

    @api.model
    def _get_types(self):
        """[(type, label)] in the user's language, in the order of all screens."""
        return self.env["dso.scenario.step"]._fields["action_type"]._description_selection(self.env)

    # ------------------------------------------------------------------
    # The runs
    # ------------------------------------------------------------------

    @api.model
    def _simulate_runs(self, params, customers):
        """[(name, what would be done)] for some customers, in each of the scenarios."""
        until = self.env.company._dso_today() + timedelta(days=self._get_days(params))
        return [
            (name, customers._simulate(until, customers, scenario=scenario))
            for name, scenario in self._get_runs(params)
        ]

    # ------------------------------------------------------------------
    # Export
    # ------------------------------------------------------------------

    @api.model
    def _tally(self, entries):
        """:param entries: of :meth:`dso.customer._simulate`"""
        inside = set(self.env["dso.channel"]._get_types("_is_inside"))
        return dry_run.tally(
            dry_run.Message(
                entry["date"],
                entry["customer_id"],
                entry["action_type"],
                entry["amount"],
                entry["action_type"] not in inside,
            )
            for entry in entries
        )

    @api.model
    def _prepare_sheets(self, params):
        """The whole run for a spreadsheet.

        :return: list of (title, header, rows); a cell is a text, a number or a date
        :raise UserError: where there are too many customers for one request
        """
        labels = dict(self._get_types())
        # the order of the types on all screens
        ranks = list(labels)
        names = [name for name, _scenario in self._get_runs(params)]
        self._check_export(params, len(names))
        days = [{} for _name in names]
        customers, messages = [], []
        after_id = 0
        while chunk := self._get_chunk(params, after_id):
            after_id = chunk[-1].id
            runs = self._simulate_runs(params, chunk)
            tallies = [self._tally(entries) for _name, entries in runs]
            for counts, tally in zip(days, tallies, strict=True):
                for day, types in tally.days.items():
                    for action_type, count in types.items():
                        key = (day, action_type)
                        counts[key] = counts.get(key, 0) + count
            customers += self._prepare_customer_rows(chunk, tallies)
            by_id = {customer.id: customer for customer in chunk}
            for name, entries in runs:
                messages += self._prepare_message_rows(name, entries, by_id, labels)
            self.env.invalidate_all()
        return [
            (
                self.env._("By day"),
                [self.env._("Day"), self.env._("Type"), *names],
                [
                    [day, labels[action_type], *(run.get((day, action_type), 0) for run in days)]
                    for day, action_type in sorted(
                        set().union(*days), key=lambda key: (key[0], ranks.index(key[1]))
                    )
                ],
            ),
            (
                self.env._("By customer"),
                [self.env._("Customer"), self.env._("Company"), self.env._("Currency")]
                + [
                    self.env._("%(run)s: %(column)s", run=name, column=column)
                    for name in names
                    for column in (
                        self.env._("actions"),
                        self.env._("first"),
                        self.env._("last"),
                        self.env._("first requested"),
                    )
                ],
                customers,
            ),
            (
                self.env._("All actions"),
                [
                    self.env._("Run"),
                    self.env._("Day"),
                    self.env._("Customer"),
                    self.env._("Company"),
                    self.env._("Step"),
                    self.env._("Type"),
                    self.env._("Automatic"),
                    self.env._("Amount"),
                    self.env._("Currency"),
                ],
                messages,
            ),
        ]

    @api.model
    def _check_export(self, params, runs):
        count = self.env["dso.customer"].search_count(self._get_domain(params))
        if count * runs > MAX_EXPORT:
            raise UserError(
                self.env._(
                    "A spreadsheet of %(count)s customers would take too long: it holds up to "
                    "%(maximum)s. Choose the customers of one scenario, or select some in the "
                    "list of customers and choose Dry run there.",
                    count=count,
                    maximum=MAX_EXPORT // runs,
                )
            )

    def _prepare_customer_rows(self, customers, tallies):
        rows = []
        for customer in customers:
            shares = [tally.customers.get(customer.id) for tally in tallies]
            if not any(shares):
                continue
            row = [
                customer.partner_id.display_name,
                customer.company_id.name,
                customer.currency_id.name,
            ]
            for share in shares:
                row += (
                    [
                        share.messages,
                        share.first,
                        share.last,
                        customer.currency_id.round(share.amount),
                    ]
                    if share
                    else [0, None, None, None]
                )
            rows.append(row)
        return rows

    def _prepare_message_rows(self, run, entries, customers, labels):
        yes, no = self.env._("Yes"), self.env._("No")
        rows = []
        for entry in entries:
            customer = customers[entry["customer_id"]]
            rows.append(
                [
                    run,
                    entry["date"],
                    customer.partner_id.display_name,
                    customer.company_id.name,
                    entry["name"],
                    labels[entry["action_type"]],
                    yes if entry["automatic"] else no,
                    customer.currency_id.round(entry["amount"]),
                    customer.currency_id.name,
                ]
            )
        return rows

    @api.model
    def _get_file_name(self):
        return self.env._(
            "Dry run of %(date)s", date=fields.Date.to_string(self.env.company._dso_today())
        )


def _prepare_share(share):
    """What one customer gets, for the screen; false for nothing."""
    if not share:
        return False
    return {
        "types": share.types,
        "count": share.messages,
        "first": fields.Date.to_string(share.first),
        "last": fields.Date.to_string(share.last),
        "amount": share.amount,
        "reached": share.reached,
    }
