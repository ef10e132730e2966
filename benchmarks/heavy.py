"""A busy department, to look at the screens with: four collectors and 100,000 actions.

Nothing is measured here: ``dev/screens.py`` takes pictures of it.
"""

import ledger
import sheet
import status
from lab import environment

COLLECTORS = ("Claire Martin", "Jonas Weber", "Sofia Rossi", "Tom Baker")

#: Planned actions over three weeks behind and six ahead, of all types and states of the agenda.
SPREAD = """
    UPDATE dso_action action
       SET date = %(today)s::date - 21 + (action.id::bigint * 7919 %% 63)::int,
           date_forced = TRUE,
           step_id = step.id,
           action_type = step.action_type,
           automatic = step.automatic,
           to_confirm = step.to_confirm,
           mail_template_id = step.mail_template_id,
           sms_template_id = step.sms_template_id,
           letter_template_id = step.letter_template_id,
           confirmed = step.automatic AND action.id %% 5 = 0
      FROM (
          SELECT *, row_number() OVER (ORDER BY sequence, id) - 1 AS number,
                 count(*) OVER () AS total
            FROM dso_scenario_step
           WHERE scenario_id = %(scenario)s AND action_type != 'litigation'
      ) step
     WHERE action.state = 'planned' AND step.number = action.id %% step.total
"""

#: What was done for each customer in the last year, so many actions in all.
DONE = """
    INSERT INTO dso_action (
        customer_id, partner_id, company_id, collector_id, origin, action_type, date, done_date,
        state, amount, subject, result, automatic, done_by_id, create_uid, write_uid, create_date,
        write_date
    )
    SELECT customer.id, customer.partner_id, customer.company_id, customer.collector_id, 'manual',
           type, day, day, CASE WHEN number %% 17 = 0 THEN 'cancelled' ELSE 'done' END,
           (50 + (number::bigint * 104729 %% 500000) / 100.0)::numeric(12, 2),
           CASE WHEN type = 'email' THEN 'Your account with us' END,
           CASE WHEN type = 'call' THEN (ARRAY['no_answer', 'message_left'])[1 + number %% 2] END,
           type != 'call', customer.collector_id, 1, 1, day, day
      FROM generate_series(1, %(missing)s) AS number
      JOIN (
          SELECT *, row_number() OVER (ORDER BY id) - 1 AS position
            FROM dso_customer
      ) customer ON customer.position = number %% %(customers)s,
           LATERAL (
               SELECT (ARRAY['email', 'call', 'letter', 'sms', 'email'])[1 + number %% 5] AS type,
                      %(today)s::date - 1 - (number::bigint * 7919 %% 360)::int AS day
           ) made
"""

REPLIES = """
    INSERT INTO dso_reply (
        customer_id, partner_id, company_id, collector_id, channel, author_name, date, subject,
        preview, state, create_uid, write_uid, create_date, write_date
    )
    SELECT id, partner_id, company_id, collector_id, 'email', 'Accounts payable',
           now() - (id %% 500) * interval '1 hour', 'Re: Your account with us',
           'We shall pay with the next run.', 'to_handle', 1, 1, now(), now()
      FROM dso_customer
     WHERE id %% 10 = 0
"""


def prepare(database, customers, items, big, actions):
    """Fill a database that has the module, a chart of accounts and the collectors.

    :param big: items of one customer, who has more than anybody
    :param actions: of all customers together, planned and done
    """
    with environment(database) as env:
        users = env["res.users"].search([("name", "in", COLLECTORS)])
        ledger.fill(env, customers=customers, items=items)
        env["dso.customer"]._ensure_customers(env.company)
        for number, user in enumerate(users):
            env.cr.execute(
                "UPDATE dso_customer SET collector_id = %s WHERE id %% %s = %s",
                [user.id, len(users), number],
            )
        env.cr.execute("UPDATE dso_customer SET guarantee_permanent = 5000 WHERE id % 10 = 0")
        env.cr.commit()
    sheet.prepare(database, big)
    with environment(database) as env:
        values = {
            "today": env.company._dso_today(),
            "scenario": env.ref("dso_collection.scenario_standard").id,
        }
        env["dso.customer"]._plan()
        env.cr.execute(SPREAD, values)
        env.cr.execute(REPLIES, values)
        env.cr.execute("SELECT count(*) FROM dso_action")
        values["missing"] = max(actions - env.cr.fetchone()[0], 0)
        values["customers"] = env["dso.customer"].search_count([])
        env.cr.execute(DONE, values)
        env.cr.execute(
            """
            UPDATE dso_customer customer
               SET next_action_date = action.date
              FROM dso_action action
             WHERE action.id = customer.next_action_id;
            UPDATE dso_customer customer
               SET last_action_date = last.day
              FROM (
                  SELECT customer_id, max(done_date) AS day FROM dso_action
                   WHERE state = 'done' GROUP BY customer_id
              ) last
             WHERE last.customer_id = customer.id
            """
        )
        env.cr.execute(status.QUALIFY, values)
        env.cr.commit()
        ledger.vacuum(
            env.cr, "dso_action", "dso_customer", "dso_reply", "account_move_line", "res_partner"
        )
        env.invalidate_all()
        env["dso.alert"]._evaluate()


def add_people(database):
    """Four collectors; the login and the password of each is the first name, in small letters."""
    with environment(database) as env:
        group = env.ref("dso_collection.group_dso_collector")
        logins = [name.split()[0].lower() for name in COLLECTORS]
        users = env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "group_ids": [(6, 0, [group.id])],
                }
                for name, login in zip(COLLECTORS, logins, strict=True)
            ]
        )
        env.company.dso_default_collector_id = users[0]
