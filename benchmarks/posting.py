"""What the module costs an accountant: posting and paying, with it and without it."""

import statistics

from lab import environment, stopwatch


def side_by_side(without, with_module, rounds, size):
    """Rounds of invoices posted and paid in two databases, in turns within this process.

    Each invoice is posted in a transaction of its own and paid in another, as on a screen.
    """
    databases = {"without": without, "with": with_module}
    drafts = {name: _make_drafts(database, rounds * size) for name, database in databases.items()}
    for name, database in databases.items():
        for _ in range(3):
            _post_and_pay(database, drafts[name].pop())
    seconds = {name: 0.0 for name in databases}
    ratios = []
    for number in range(rounds):
        order = list(databases) if number % 2 else list(databases)[::-1]
        round_seconds = dict.fromkeys(databases, 0.0)
        # one by one in turns: whatever else the machine does meets both alike
        for _ in range(size):
            for name in order:
                move_id = drafts[name].pop()
                with stopwatch() as clock:
                    _post_and_pay(databases[name], move_id)
                round_seconds[name] += clock.seconds
        for name, value in round_seconds.items():
            seconds[name] += value
        ratios.append(round_seconds["with"] / round_seconds["without"])
    with environment(with_module) as env:
        env.cr.execute("SELECT count(*) FROM dso_refresh_queue")
        (queued,) = env.cr.fetchone()
    return {
        "invoices": rounds * size,
        "without": seconds["without"],
        "with": seconds["with"],
        "ratio": seconds["with"] / seconds["without"],
        "ratio_median": statistics.median(ratios),
        "queued": queued,
    }


def _make_drafts(database, number):
    with environment(database) as env:
        partners = env["res.partner"].create(
            [{"name": f"Posted {index}", "is_company": True} for index in range(50)]
        )
        values = [
            {
                "move_type": "out_invoice",
                "partner_id": partners[index % 50].id,
                "invoice_line_ids": [(0, 0, {"name": "Services", "price_unit": 100.0})],
            }
            for index in range(number + 3)
        ]
        ids = []
        for start in range(0, len(values), 200):
            ids += env["account.move"].create(values[start : start + 200]).ids
            env.cr.commit()
        return ids[::-1]


def _post_and_pay(database, move_id):
    with environment(database) as env:
        env["account.move"].browse(move_id).action_post()
    selected = {"active_model": "account.move", "active_ids": [move_id]}
    with environment(database, context=selected) as env:
        env["account.payment.register"].create({})._create_payments()
