"""The demo companies with everything around their ledger: languages, users, calendars, banks."""

from base64 import b64encode
from datetime import date, datetime, time, timedelta

import pytz
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.http import request
from odoo.tools import file_open

from . import texts

LANGUAGES = ("fr_FR", "de_DE")

#: Units for one euro, month by month, the last one being today's.
USD_PER_EUR = (1.052, 1.058, 1.071, 1.083, 1.079, 1.094, 1.108, 1.117, 1.109, 1.121, 1.134, 1.128)
GBP_PER_EUR = (0.833, 0.836, 0.841, 0.838, 0.845, 0.852, 0.849, 0.856, 0.861, 0.858, 0.864, 0.867)

SALES_TAX = 20


def record(env, name, model, values):
    """Make a record with an XML id of this module, so that demo data can be referred to."""
    return env[model]._load_records(
        [{"xml_id": f"dso_collection.{name}", "values": values, "noupdate": True}]
    )


def load_languages(env):
    """Activate the customers' languages, and load this module's terms, which history is written in.

    Those of Odoo's own modules are read from hundreds of files: too much for a request, which has
    a limit, beside everything else. A scheduled action loads them, within a minute.
    """
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
    # This module is not installed yet while its demo data are loaded.
    modules = env["ir.module.module"].search([("name", "=", "dso_collection")])
    if request:
        _load_rest_later(env)
    else:
        modules += modules.search([("state", "=", "installed")]) - modules
    modules._update_translations(list(LANGUAGES))


def _load_rest_later(env):
    cron = record(
        env,
        "demo_cron_languages",
        "ir.cron",
        {
            "name": "Collection: languages of the demo data, once",
            "model_id": env["ir.model"]._get_id("ir.module.module"),
            "state": "code",
            "code": "modules = model.search([('state', '=', 'installed')])\n"
            f"modules._update_translations({LANGUAGES!r})\n"
            "env['ir.cron']._commit_progress(1, remaining=0, deactivate=True)",
            "user_id": env.ref("base.user_root").id,
            "interval_number": 1,
            "interval_type": "days",
        },
    )
    cron._trigger()


def load_companies(env, today):
    """Make the two demo companies, ready to invoice.

    :return: the one that keeps its books in euros and the one in pounds
    """
    for code in ("EUR", "GBP", "USD"):
        env.ref(f"base.{code}").active = True
    # Installing the countries' localisations is none of the demo's business.
    companies = env["res.company"].with_context(chart_template_load=True)
    meridian = _load_company(
        companies,
        "demo_company",
        {
            "name": "Meridian Supplies SAS",
            "currency_id": env.ref("base.EUR").id,
            "country_id": env.ref("base.fr").id,
            "street": "27 rue des Entrepôts",
            "zip": "44200",
            "city": "Nantes",
            "phone": "+33 2 61 91 44 00",
            "email": "contact@meridian.example.com",
            "website": "https://meridian.example.com",
        },
    )
    meridian_uk = _load_company(
        companies,
        "demo_company_uk",
        {
            "name": "Meridian UK Ltd",
            "currency_id": env.ref("base.GBP").id,
            "country_id": env.ref("base.uk").id,
            "street": "8 Wharfside Court",
            "zip": "LS10 9XX",
            "city": "Leeds",
            "phone": "+44 1632 960008",
            "email": "contact@meridian-uk.example.com",
            "website": "https://meridian-uk.example.com",
        },
    )
    _load_rates(env, today, meridian, {"USD": USD_PER_EUR, "GBP": GBP_PER_EUR})
    _load_rates(
        env,
        today,
        meridian_uk,
        {
            "EUR": [round(1 / gbp, 6) for gbp in GBP_PER_EUR],
            "USD": [round(usd / gbp, 6) for usd, gbp in zip(USD_PER_EUR, GBP_PER_EUR, strict=True)],
        },
    )
    _load_bank(meridian, "EUR", "FR", "9999900001DEMO0000001", "97", "Banque du Méridien")
    _load_bank(meridian, "USD", "FR", "9999900001DEMO0000002", "94", "Banque du Méridien")
    _load_bank(meridian_uk, "GBP", "GB", "DEMO99999900000001", "", "Meridian Demo Bank")
    if not env["mail.alias.domain"].search_count([]):
        # Odoo gives the first one to all companies; without it replies cannot come back.
        env["mail.alias.domain"].create({"name": "meridian.example.com"})
    return meridian, meridian_uk


def _load_company(companies, name, values):
    env = companies.env
    # Odoo may look a new company up on the Internet by these, but only when it is created.
    looked_up = {key: values.pop(key) for key in ("email", "website")}
    company = record(env, name, "res.company", values)
    env["account.chart.template"]._load("generic_coa", company, install_demo=False)
    company.write(
        {
            # The chart starts every company in its own country and currency.
            "account_fiscal_country_id": values["country_id"],
            "currency_id": values["currency_id"],
            **looked_up,
            "logo": _read_logo(),
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
        }
    )
    own = [("company_id", "=", company.id)]
    for model in ("account.tax.group", "account.tax", "account.fiscal.position"):
        # the chart's "Foreign Trade" position has no country and keeps none
        records = env[model].search([*own, ("country_id", "!=", False)])
        records.country_id = company.country_id
    taxes = env["account.tax"].search([*own, ("amount", "=", 15)])
    taxes.write(
        {
            "name": f"{SALES_TAX}%",
            "invoice_label": f"{SALES_TAX}%",
            "amount": SALES_TAX,
            "description": False,
        }
    )
    taxes.tax_group_id.name = f"VAT {SALES_TAX}%"
    return company


def _read_logo():
    with file_open("dso_collection/demo/meridian.png", "rb") as image:
        return b64encode(image.read())


def _load_rates(env, today, company, series):
    """One rate a month, the last one of this month."""
    first = today.replace(day=1)
    env["res.currency.rate"].create(
        [
            {
                "name": first - relativedelta(months=len(rates) - 1 - position),
                "currency_id": env.ref(f"base.{code}").id,
                "company_id": company.id,
                "rate": rate,
            }
            for code, rates in series.items()
            for position, rate in enumerate(rates)
        ]
    )


def _iban(country, bban):
    """The account number with its check digits."""
    digits = "".join(str(int(char, 36)) for char in f"{bban}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def _load_bank(company, code, country, bban, key, bank_name):
    """A bank account and its journal, whose payments go straight to the bank's account."""
    env = company.env
    bank = env["res.bank"].search([("name", "=", bank_name)], limit=1)
    account = env["res.partner.bank"].create(
        {
            "acc_number": _iban(country, bban + key),
            "partner_id": company.partner_id.id,
            "bank_id": (bank or env["res.bank"].create({"name": bank_name})).id,
            "company_id": company.id,
            "allow_out_payment": True,
        }
    )
    journals = env["account.journal"].with_company(company)
    if code == company.currency_id.name:
        journal = journals.search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
        journal.bank_account_id = account
    else:
        journal = journals.create(
            {
                "name": f"Bank {code}",
                "type": "bank",
                "code": f"BNK{code[0]}",
                "company_id": company.id,
                "currency_id": env.ref(f"base.{code}").id,
                "bank_account_id": account.id,
            }
        )
    journal.inbound_payment_method_line_ids.payment_account_id = journal.default_account_id


def load_users(env, companies):
    """Two collectors and their credit manager; the administrator joins the demo companies."""
    shared = {
        "company_ids": [Command.set(companies.ids)],
        "company_id": companies[0].id,
        "tz": "Europe/Paris",
        "lang": "en_US",
        "notification_type": "email",
    }
    if "odoobot_state" in env["res.users"]._fields:
        # the bot's greeting would cover a narrow screen
        shared["odoobot_state"] = "disabled"
    people = [
        ("user_demo_collector", "Claire Martin", "claire", "collector", "Collections", "10"),
        ("user_demo_collector_2", "Jonas Weber", "jonas", "collector", "Collections", "11"),
        ("user_demo_manager", "Marc Delacroix", "marc", "manager", "Credit manager", "12"),
    ]
    users = env["res.users"].with_context(no_reset_password=True)
    for name, person, login, role, function, extension in people:
        groups = env.ref("base.group_user") + env.ref(f"dso_collection.group_dso_{role}")
        users |= record(
            users.env,
            name,
            "res.users",
            {
                **shared,
                "name": person,
                "login": login,
                "password": login,
                "email": f"{login}@meridian.example.com",
                "phone": f"+33 2 61 91 44 {extension}",
                "function": function,
                "group_ids": [Command.set(groups.ids)],
                "signature": f"<p>{person}<br/>{function}, Meridian Supplies<br/>"
                f"+33 2 61 91 44 {extension}</p>",
            },
        )
    env.ref("base.user_admin").write(
        {
            "company_ids": [Command.link(company.id) for company in companies],
            "company_id": companies[0].id,
            "group_ids": [Command.link(env.ref("dso_collection.group_dso_manager").id)],
        }
    )
    return users


def load_settings(env, today, companies, users):
    """Settings of the module: scenario, collector, minimum, and when e-mails leave."""
    meridian, meridian_uk = companies
    for company, name, tz, collector, holidays in (
        (meridian, "demo_sending_calendar", "Europe/Paris", users[0], _holidays_france),
        (meridian_uk, "demo_sending_calendar_uk", "Europe/London", users[1], _holidays_uk),
    ):
        calendar = record(
            env,
            name,
            "resource.calendar",
            {
                "name": f"Sending hours of {company.name}",
                "company_id": company.id,
                "tz": tz,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": period.capitalize(),
                            "dayofweek": str(weekday),
                            "day_period": period,
                            "hour_from": hour_from,
                            "hour_to": hour_to,
                        }
                    )
                    for weekday in range(5)
                    for period, hour_from, hour_to in (("morning", 9, 12), ("afternoon", 14, 17))
                ],
            },
        )
        _load_holidays(calendar, holidays, today)
        company.write(
            {
                "dso_default_scenario_id": env.ref("dso_collection.scenario_standard").id,
                "dso_default_collector_id": collector.id,
                "dso_min_amount": 50,
                "dso_sending_calendar_id": calendar.id,
                "dso_penalty_rule_id": env.ref(
                    f"dso_collection.penalty_rule_{'uk' if company.country_code == 'GB' else 'fr'}"
                ).id,
            }
        )


def _holidays_france(year):
    sunday = easter(year)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return [date(year, month, day) for month, day in fixed] + [
        sunday + timedelta(days=days) for days in (1, 39, 50)
    ]


def _holidays_uk(year):
    sunday = easter(year)
    return [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)] + [
        sunday + timedelta(days=days) for days in (-2, 1)
    ]


def _load_holidays(calendar, holidays, today):
    """Public holidays of this year and the next, from midnight to midnight where it is."""
    zone = pytz.timezone(calendar.tz)

    def utc(day, moment):
        local = zone.localize(datetime.combine(day, moment))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    calendar.env["resource.calendar.leaves"].create(
        [
            {
                "name": "Public holiday",
                "calendar_id": calendar.id,
                "company_id": calendar.company_id.id,
                "date_from": utc(day, time.min),
                "date_to": utc(day, time(23, 59, 59)),
            }
            for year in (today.year, today.year + 1)
            for day in holidays(year)
        ]
    )


def load_terms(env):
    """Payment terms by the names used in ``habits.csv``."""

    def term(name, title, note, lines):
        return record(
            env,
            name,
            "account.payment.term",
            {
                "name": title,
                "note": f"<p>{note}</p>",
                "line_ids": [Command.clear()] + [Command.create(line) for line in lines],
            },
        )

    parts = ((33.33, 30), (33.33, 60), (33.34, 90))
    return {
        "immediate": env.ref("account.account_payment_term_immediate"),
        "days30": env.ref("account.account_payment_term_30days"),
        "eom45": term(
            "demo_term_eom45",
            "45 days, end of month",
            "Payment terms: end of month, 45 days",
            [
                {
                    "value": "percent",
                    "value_amount": 100,
                    "delay_type": "days_after_end_of_month",
                    "nb_days": 45,
                }
            ],
        ),
        "instalments": term(
            "demo_term_instalments",
            "30 / 60 / 90 days",
            "Payment terms: in three instalments after 30, 60 and 90 days",
            [{"value": "percent", "value_amount": share, "nb_days": days} for share, days in parts],
        ),
    }


def load_products(env, companies):
    """The catalogue, named in three languages, sold by both companies."""
    taxes = companies.account_sale_tax_id
    products = {}
    for key, (kind, price, *names) in texts.PRODUCTS.items():
        product = record(
            env,
            f"demo_product_{key}",
            "product.product",
            {
                "name": names[0],
                "type": kind,
                "list_price": price,
                "taxes_id": [Command.set(taxes.ids)],
                "purchase_ok": False,
            },
        )
        product.product_tmpl_id.update_field_translations(
            "name", dict(zip(LANGUAGES, names[1:], strict=True))
        )
        products[key] = product
    return products
