"""A made-up past of customers, by set-based SQL: what was done, promised and answered."""

import ledger

# 7919 is a prime: spread over a year, the same at each run.
DONE = """
    INSERT INTO dso_action (
        customer_id, partner_id, company_id, collector_id, origin, action_type, date, done_date,
        done_by_id, state, result, comment, amount, score, create_uid, write_uid, create_date,
        write_date
    )
    SELECT id, partner_id, company_id, %(uid)s, 'manual',
           (ARRAY['call', 'email', 'sms', 'letter'])[1 + id %% 4], day, day, %(uid)s, 'done',
           'reached', 'They will look into it.', amount_overdue, 0, %(uid)s, %(uid)s, day, day
      FROM dso_customer,
           generate_series(1, %(times)s) AS number,
           LATERAL (
               SELECT %(today)s::date - 1 - ((id::bigint + number) * 7919 %% 365)::int AS day
           ) made
"""

PROMISES = """
    INSERT INTO dso_qualification (
        customer_id, partner_id, company_id, line_id, document, due_date, currency_id,
        amount_residual, status_id, kind, date, deadline, amount_open, amount_settled, amount,
        source, logged_on, user_id, create_uid, write_uid, create_date, write_date
    )
    SELECT customer.id, customer.partner_id, customer.company_id, line.id, line.move_name,
           line.date_maturity, line.currency_id, line.amount_residual, %(status)s, 'promise',
           line.date_maturity + 20, line.date_maturity + 21, line.amount_residual, 0, 0,
           'collector', line.date_maturity + 10, 1, 1, 1,
           line.date_maturity + 10, line.date_maturity + 10
      FROM dso_customer customer
      JOIN account_move_line line ON line.partner_id = customer.partner_id
     WHERE customer.id = ANY(%(customers)s) AND line.display_type = 'payment_term'
"""

REPLIES = """
    INSERT INTO dso_reply (
        customer_id, partner_id, company_id, collector_id, channel, author_name, date, subject,
        preview, state, create_uid, write_uid, create_date, write_date
    )
    SELECT id, partner_id, company_id, %(uid)s, 'email', 'Accounts payable', day, 'Your reminder',
           'We pay with our next run.',
           CASE WHEN id %% 2 = 0 THEN 'to_handle' ELSE 'handled' END, 1, 1, day, day
      FROM dso_customer,
           LATERAL (
               SELECT %(today)s::date - ((id::bigint * 7919) %% 365)::int + '9 hours'::interval
                   AS day
           ) made
"""

COMMENTS = """
    INSERT INTO dso_qualification (
        customer_id, partner_id, company_id, document, currency_id, amount_residual, comment,
        source, logged_on, user_id, create_uid, write_uid, create_date, write_date
    )
    SELECT customer.id, customer.partner_id, customer.company_id, 'INV/1', company.currency_id,
           100, 'The goods came late.', 'customer', day, 1, 1, 1, day, day
      FROM dso_customer customer
      JOIN res_company company ON company.id = customer.company_id,
           LATERAL (
               SELECT %(today)s::date - ((customer.id::bigint * 7919) %% 365)::int AS day
           ) made
"""


def add_done(env, uid, times=1):
    """So many actions done for each customer, over the last year, by this user."""
    env.cr.execute(DONE, {"uid": uid, "times": times, "today": env.company._dso_today()})


def add_promises(env, customers):
    """Each item of these customers was promised once, twenty days after its due date."""
    env.flush_all()
    status = env.ref("dso_collection.status_promise")
    env.cr.execute(PROMISES, {"status": status.id, "customers": customers.ids})


def add_answers(env, uid):
    """A reply and a comment of each customer; every other reply waits to be handled."""
    values = {"uid": uid, "today": env.company._dso_today()}
    env.cr.execute(REPLIES, values)
    env.cr.execute(COMMENTS, values)


def commit(env):
    env.cr.commit()
    env.invalidate_all()
    ledger.vacuum(env.cr, "dso_action", "dso_customer", "dso_qualification", "dso_reply")
