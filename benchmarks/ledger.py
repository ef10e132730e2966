"""A made-up ledger, of any size, by set-based SQL: the same rows for whoever is measured on it.

One customer in ten owes nothing yet; the others have items from a month before to a year after
their due date. Each invoice has a receivable line and an income line, as Odoo would write them.
"""

PARTNERS = """
    INSERT INTO res_partner (
        name, complete_name, commercial_company_name, email, email_normalized, lang, type,
        is_company, active, partner_share, customer_rank, autopost_bills,
        create_uid, write_uid, create_date, write_date
    )
    SELECT name, name, name, address, address, 'en_US', 'contact', TRUE, TRUE, TRUE, 1, 'ask',
           1, 1, now(), now()
      FROM generate_series(1, %(customers)s) AS number,
           LATERAL (
               SELECT 'Customer ' || lpad(number::text, 6, '0') AS name,
                      'office' || number || '@example.com' AS address
           ) made
 RETURNING id
"""

CONTACTS = """
    INSERT INTO res_partner (
        name, complete_name, parent_id, commercial_partner_id, commercial_company_name,
        email, email_normalized, lang, type, active, partner_share, autopost_bills,
        create_uid, write_uid, create_date, write_date
    )
    SELECT 'Accounts payable', name || ', Accounts payable', id, id, name,
           'payable.' || email, 'payable.' || email, 'en_US', 'contact', TRUE, TRUE, 'ask',
           1, 1, now(), now()
      FROM res_partner
     WHERE id >= %(first_partner)s
"""

# 7919 and 104729 are primes: spread over dates and amounts, the same at each run.
MOVES = """
    INSERT INTO account_move (
        name, sequence_prefix, sequence_number, journal_id, company_id, currency_id, state,
        move_type, auto_post, posted_before, payment_state, partner_id, commercial_partner_id,
        partner_shipping_id, invoice_partner_display_name, date, invoice_date, invoice_date_due,
        amount_untaxed, amount_tax, amount_total, amount_residual,
        amount_untaxed_signed, amount_total_signed, amount_residual_signed,
        amount_total_in_currency_signed, amount_untaxed_in_currency_signed, invoice_currency_rate,
        create_uid, write_uid, create_date, write_date
    )
    SELECT prefix || lpad((number + %(used)s)::text, 7, '0'), prefix, number + %(used)s,
           %(journal)s, %(company)s, %(currency)s, 'posted', 'out_invoice', 'no',
           TRUE, 'not_paid', partner.id, partner.id, partner.id, partner.name,
           due - 30, due - 30, due, amount, 0, amount, amount, amount, amount, amount, amount,
           amount, 1, 1, 1, now(), now()
      FROM generate_series(1, %(items)s) AS number
      JOIN res_partner partner
        ON partner.id = %(first_partner)s + number %% %(customers)s,
           LATERAL (
               SELECT CASE
                          WHEN (number %% %(customers)s) %% 10 = 0
                          THEN %(today)s::date + 10 + (number::bigint * 7919 %% 61)::int
                          ELSE %(today)s::date + 30 - (number::bigint * 7919 %% 395)::int
                      END AS due,
                      (50 + (number::bigint * 104729 %% 500000) / 100.0)::numeric(12, 2) AS amount
           ) made,
           LATERAL (SELECT 'INV/' || extract(year FROM due - 30) || '/' AS prefix) named
"""

LINES = """
    INSERT INTO account_move_line (
        move_id, move_name, journal_id, company_id, company_currency_id, currency_id, partner_id,
        account_id, parent_state, display_type, name, sequence, date, invoice_date, date_maturity,
        debit, credit, balance, amount_currency, amount_residual, amount_residual_currency,
        quantity, price_unit, price_subtotal, price_total, reconciled, no_followup,
        create_uid, write_uid, create_date, write_date
    )
    SELECT move.id, move.name, move.journal_id, move.company_id, move.currency_id,
           move.currency_id, move.partner_id, side.account_id, 'posted', side.kind, side.label,
           side.sequence, move.date, move.invoice_date, side.due,
           greatest(side.balance, 0), greatest(-side.balance, 0), side.balance, side.balance,
           side.residual, side.residual, 1, side.price, side.price, side.price, FALSE, FALSE,
           1, 1, now(), now()
      FROM account_move move,
           LATERAL (
               VALUES (%(receivable)s, 'payment_term', move.name, 10000, move.invoice_date_due,
                       move.amount_total, move.amount_total, NULL::numeric),
                      (%(income)s, 'product', 'Services', 10, NULL,
                       -move.amount_total, 0, move.amount_total)
           ) AS side (account_id, kind, label, sequence, due, balance, residual, price)
     WHERE move.id > %(last_move)s
     ORDER BY move.id, side.sequence
"""


def fill(env, *, customers, items):
    """Add this many customers and open items to the ledger of the current company."""
    company = env.company
    account = env["account.account"].with_company(company)
    values = {
        "customers": customers,
        "items": items,
        "today": _today(company),
        "company": company.id,
        "currency": company.currency_id.id,
        "journal": env["account.journal"].search([("type", "=", "sale")], limit=1).id,
        "receivable": account.search([("account_type", "=", "asset_receivable")], limit=1).id,
        "income": account.search([("account_type", "=", "income")], limit=1).id,
    }
    cr = env.cr
    env.flush_all()
    cr.execute(PARTNERS, values)
    values["first_partner"] = min(row[0] for row in cr.fetchall())
    cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE id >= %(first_partner)s", values
    )
    cr.execute(CONTACTS, values)
    if "dso_collection_contact" in env["res.partner"]._fields:
        cr.execute(
            """
            UPDATE res_partner
               SET dso_collection_contact = TRUE, dso_serves_email = TRUE,
                   dso_serves_phone = TRUE, dso_serves_post = TRUE
             WHERE id >= %(first_partner)s AND parent_id IS NOT NULL
            """,
            values,
        )
    # numbers go on where those of an earlier call end
    cr.execute(
        "SELECT coalesce(max(sequence_number), 0) FROM account_move WHERE journal_id = %(journal)s",
        values,
    )
    values["used"] = cr.fetchone()[0]
    cr.execute("SELECT coalesce(max(id), 0) FROM account_move")
    values["last_move"] = cr.fetchone()[0]
    cr.execute(MOVES, values)
    cr.execute(LINES, values)
    cr.commit()
    env.invalidate_all()
    vacuum(cr, "res_partner", "account_move", "account_move_line")


def vacuum(cr, *tables):
    """What autovacuum does sooner or later: afterwards it won't come in between."""
    connection = cr._cnx
    cr.commit()
    autocommit, connection.autocommit = connection.autocommit, True
    try:
        for table in tables:
            cr.execute(f"VACUUM ANALYZE {table}")
    finally:
        connection.autocommit = autocommit


def _today(company):
    """The date on which the module would plan, also where it is not installed."""
    import datetime

    return company._dso_today() if hasattr(company, "_dso_today") else datetime.date.today()
