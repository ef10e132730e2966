"""From the values measured to the table in README.rst."""

import json
import os
import platform
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
README = HERE / "README.rst"
RESULTS = HERE / "results.json"
BEGIN = ".. begin of the results, written by run.py"
END = ".. end of the results"
HEADER = ("What", "Measured", "Beside it", "Ratio", "Required", "Met")


def short(values):
    """Values on one line, for the progress."""
    parts = []
    for name, value in values.items():
        parts.append(f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}")
    return ", ".join(parts)


def table(results):
    """The results as an RST table, areas in the order in which they are given."""
    rows = [row for area, values in results.items() for row in globals()[f"_{area}_rows"](values)]
    rows = [tuple(map(str, row)) for row in [HEADER, *rows]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule])


def write(results):
    """Keep the results, and write all that are known into README.rst."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for area, values in results.items():
        known[area] = {**values, "on": machine()}
    RESULTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    machines = sorted({values["on"] for values in known.values()})
    text = README.read_text()
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    section = "\n\n".join([BEGIN, f"Measured on {'; '.join(machines)}.", table(known), END])
    README.write_text(before + section + after)


def machine():
    """What the times depend on, without saying whose machine it is."""
    server = subprocess.run(
        ["postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout.split()
    version = f", PostgreSQL {server[2]}" if len(server) > 2 else ""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}{version}, Odoo 19.0"


def _row(what, measured, beside, ratio, required, met):
    return what, measured, beside, ratio, required, {True: "yes", False: "**no**", None: ""}[met]


def _plan_rows(values):
    ours, theirs, large = values["ours"], values["theirs"], values["large"]
    items = f"{values['items']:,}"
    their_seconds = theirs["compute"] + theirs["release"]
    faster = their_seconds / ours["first"]
    longer = large["first"] / ours["first"]
    return [
        _row(
            f"Planning {items} open items from nothing",
            f"{ours['first']:.1f} s",
            f"peer {their_seconds:.1f} s ({theirs['compute']:.1f} + {theirs['release']:.1f})",
            f"{faster:.0f} times faster",
            "25",
            faster >= 25,
        ),
        _row(
            f"Planning {items} again, nothing changed",
            f"{ours['again']:.1f} s",
            "from nothing",
            f"{ours['again'] / ours['first']:.2f}",
            "",
            None,
        ),
        _row(
            f"Planning {large['items']:,} open items from nothing",
            f"{large['first']:.1f} s",
            f"{items} items",
            f"{longer:.1f}",
            "at most 25",
            longer <= 25,
        ),
        _row(
            f"Planning {large['items']:,} again, nothing changed",
            f"{large['again']:.1f} s",
            "from nothing",
            f"{large['again'] / large['first']:.2f}",
            "",
            None,
        ),
        _row(
            f"Peak memory with {large['items']:,} open items",
            f"{large['memory']:.0f} MB",
            f"{items} items: {ours['memory']:.0f} MB, peer {theirs['memory']:.0f} MB",
            "",
            "under 500 MB",
            large["memory"] < 500,
        ),
    ]


def _mail_rows(values):
    ours = values["ours_mails"] / values["ours_seconds"]
    theirs = values["theirs_mails"] / values["theirs_seconds"]
    return [
        _row(
            "Queueing e-mails",
            f"{ours:.0f} a second",
            f"peer {theirs:.1f} a second",
            f"{ours / theirs:.1f} times as many",
            "8",
            ours / theirs >= 8,
        )
    ]


def _post_rows(values):
    slower = (values["ratio"] - 1) * 100
    return [
        _row(
            f"Posting and paying {values['invoices']:,} invoices",
            f"{values['with']:.1f} s",
            f"without the module {values['without']:.1f} s",
            f"{slower:+.1f} %",
            "at most +5 %",
            slower <= 5,
        )
    ]


def _agenda_rows(values):
    small, large = values["small"], values["large"]
    few, many = f"{small['actions']:,}", f"{large['actions']:,}"
    rows = []
    for part, what, plain, limit in (
        ("open", f"Agenda opened, {many} actions", "plain_open", 2),
        ("manual", f"Its manual actions, {many}", "plain", 2),
        ("automatic", f"Its automatic actions, {many}", "plain", 2),
        ("history", f"Its history, {many} actions", "plain", 2),
        ("replies", f"Its replies, {many}", "plain", 2),
        ("comments", f"Its comments, {many}", "plain", 2),
        ("charts", f"Its charts, {large['items']:,} open items", None, None),
        ("alerts", f"Its alerts, {large['rules']}, {many} customers", None, None),
        ("panel", "An action beside the list", None, 2),
        ("customers", f"Customers by amount overdue, {many}", "plain", 2),
    ):
        beside = f"of {few}: {_in_milliseconds(small, part)}"
        if plain:
            beside += f"; Odoo's own list {_in_milliseconds(large, plain)}"
        rows.append(_growth_row(what, small, large, part, beside, limit))
    return rows


def _dashboard_rows(values):
    small, large = values["small"], values["large"]
    return [
        _growth_row(
            f"{what}, {large['actions']:,} actions, {large['items']:,} open items",
            small,
            large,
            part,
            f"of {small['actions']:,} and {small['items']:,}: {_in_milliseconds(small, part)}",
        )
        for part, what in (("show", "Dashboard"), ("trend", "Its trend of twelve months"))
    ]


def _work_rows(values):
    few, many = values["few"], values["many"]
    rows = [
        _pair_row(
            f"{what} {many:,} actions at once",
            values,
            (part, few, many),
            f"of {few:,}",
            f"at most {many // few}",
            lambda longer, _constant: longer <= many / few,
        )
        for part, what in (("confirm", "Confirming"), ("move", "Moving"), ("skip", "Skipping"))
    ]
    rows += [
        _pair_row(
            what,
            values,
            (part, "small", "large"),
            "of a hundredth",
            "constant queries" + (f", at most {limit}" if limit else ""),
            lambda longer, constant, limit=limit: constant and (not limit or longer <= limit),
        )
        for part, what, limit in (
            ("call", "A call: its dialog, and its result noted", 2),
            ("month", f"Calendar's month, {values['month_actions']:,} actions", None),
            ("chunk", "Dry run of a scenario, 250 customers", 2),
        )
    ]
    customers, seconds = values["dry_run_customers"], values["dry_run"]
    rows.append(
        _row(
            f"The same, {customers:,} customers, request by request",
            f"{seconds:.1f} s",
            f"{customers / seconds:,.0f} customers a second",
            "",
            "",
            None,
        )
    )
    return rows


def _pair_row(what, values, sides, beside, required, met):
    """One part on two sides, of which the second has more.

    :param sides: name of the part and of both sides
    :param met: function of the ratio and of whether the queries are as many
    """
    part, *pair = sides
    few, many = (values[f"{part}_{side}"] for side in pair)
    few_queries, many_queries = (values[f"{part}_{side}_queries"] for side in pair)
    return _row(
        what,
        f"{many:.0f} ms, {many_queries} queries",
        f"{beside}: {few:.0f} ms, {few_queries} queries",
        f"{many / few:.2f}",
        required,
        met(many / few, many_queries <= few_queries),
    )


def _growth_row(what, small, large, part, beside, limit=None):
    """A part of a screen in two sizes: as many queries, and not much longer."""
    after = f"{part}_after"
    longer = (large[part] + large.get(after, 0)) / (small[part] + small.get(after, 0))
    counts = [
        tuple(values.get(f"{name}_queries", 0) for name in (part, after))
        for values in (small, large)
    ]
    constant = all(many <= few for few, many in zip(*counts, strict=True))
    return _row(
        what,
        _in_milliseconds(large, part),
        beside,
        f"{longer:.2f}",
        "constant queries" + (f", at most {limit}" if limit else ""),
        constant and (limit is None or longer <= limit),
    )


def _in_milliseconds(values, part):
    """What the user waits for, and what comes after it, with the queries of both."""
    text = f"{values[part]:.0f} ms, {values[f'{part}_queries']} queries"
    after = f"{part}_after"
    if after in values:
        text += f" + {values[after]:.0f} ms, {values[f'{after}_queries']}"
    return text


def _install_rows(values):
    empty, ledger = values["empty"], values["ledger"]
    return [
        _row(
            f"Installing on {ledger['items']:,} journal items",
            f"{ledger['seconds']:.1f} s",
            f"on an empty ledger {empty['seconds']:.1f} s",
            "",
            "seconds",
            ledger["seconds"] < 60,
        ),
        _row(
            "Journal items that it rewrites",
            f"{ledger['rewritten']:,}",
            "same file" if ledger["same_file"] else "new file",
            "",
            "0",
            not ledger["rewritten"] and ledger["same_file"],
        ),
    ]


def _update_rows(values):
    before, today = values["before"], values["today"]
    return [
        _row(
            "Updating the module",
            f"{today:.1f} s of CPU",
            f"version 19.0.1.5.0 {before:.1f} s",
            f"{today / before:.2f}",
            "at most 1/7",
            7 * today <= before,
        ),
    ]


def _status_rows(values):
    longer = values["report"] / values["bare"]
    return [
        _row(
            f"Items status report, {values['overdue']:,} overdue items",
            f"{values['report'] * 1000:.0f} ms",
            f"bare SQL {values['bare'] * 1000:.0f} ms",
            f"{longer:.2f}",
            "at most 2",
            longer <= 2,
        ),
        _row(
            "The same with all subtotals, as the pivot asks",
            f"{values['pivot'] * 1000:.0f} ms",
            f"bare SQL {values['bare_pivot'] * 1000:.0f} ms",
            f"{values['pivot'] / values['bare_pivot']:.2f}",
            "",
            None,
        ),
    ]


def _qualify_rows(values):
    dialog = values.get("dialog")
    return [
        _row(
            f"Qualifying {values['items']:,} items at once",
            f"{dialog:.2f} s" if dialog else "",
            f"status and log alone {values['below']:.2f} s",
            f"{dialog / values['below']:.2f}" if dialog else "",
            "",
            None,
        )
    ]


def _sheet_rows(values):
    few, many = values["few"], values["many"]
    items = f"{values['items']:,}"
    rows = []
    for part, what, limit in (
        ("form", f"Customer's screen, {items} open items", 500),
        ("items", f"First page of its statement, {items} items", None),
        ("timeline", f"First page of its timeline, {2 * values['items']:,} entries", None),
    ):
        queries = many[f"{part}_queries"]
        constant = queries <= few[f"{part}_queries"]
        met = constant and (limit is None or many[part] < limit)
        plain = f", Odoo's own list {many['plain']:.0f} ms" if part == "items" else ""
        rows.append(
            _row(
                what,
                f"{many[part]:.0f} ms, {queries} queries",
                f"of 5: {few[part]:.0f} ms, {few[f'{part}_queries']} queries{plain}",
                f"{many[part] / few[part]:.1f}",
                "constant queries" + (f", under {limit} ms" if limit else ""),
                met,
            )
        )
    return rows


def _page_rows(values):
    few, many = values["few"], values["many"]
    rows = [
        _row(
            f"Customer's page, {found['items']:,} open items",
            f"{found['page_ms']:.0f} ms",
            f"Odoo's portal list {found['portal_ms']:.0f} ms",
            f"{found['page_ms'] / found['portal_ms']:.2f}",
            "at most 2",
            found["page_ms"] <= 2 * found["portal_ms"],
        )
        for found in (few, many)
    ]
    more = many["page_queries"] - few["page_queries"]
    rows.append(
        _row(
            "Its queries",
            many["page_queries"],
            f"{few['items']} items: {few['page_queries']}",
            "",
            "as many",
            more <= 0,
        )
    )
    return rows


def _letters_rows(values):
    ours = values["ours_letters"] / values["ours_seconds"]
    theirs = values["theirs_letters"] / values["theirs_seconds"]
    return [
        _row(
            f"Printing {values['ours_letters']:,} letters as one PDF, marked done",
            f"{values['ours_seconds']:.1f} s, {ours:.1f} a second",
            f"plain calls, one by one: {theirs:.2f} a second",
            f"{ours / theirs:.1f} times as many",
            "",
            None,
        )
    ]


def _sms_rows(values):
    ours = values["ours_texts"] / values["ours_seconds"]
    theirs = values["theirs_texts"] / values["theirs_seconds"]
    return [
        _row(
            f"Queueing {values['ours_texts']:,} SMS, marked done",
            f"{ours:.0f} a second",
            f"plain calls, one by one: {theirs:.1f} a second",
            f"{ours / theirs:.1f} times as many",
            "",
            None,
        )
    ]


def _alerts_rows(values):
    return [
        _row(
            f"{values['rules']} alerts over {values['customers']:,} customers, all new",
            f"{values['first']:.1f} s",
            f"{values['hits']:,} found, {values['first_messages']} messages",
            "",
            "",
            None,
        ),
        _row(
            "The same the next night, nothing new",
            f"{values['again']:.1f} s",
            f"the first night {values['first']:.1f} s",
            f"{values['again'] / values['first']:.2f}",
            "",
            None,
        ),
        _row(
            "Screen of these alerts, with live numbers",
            f"{values['screen']:.0f} ms, {values['screen_queries']} queries",
            "",
            "",
            "",
            None,
        ),
    ]


def _forecast_rows(values):
    items, customers = f"{values['items']:,}", f"{values['customers']:,}"
    return [
        _row(
            f"Forecast kept, {customers} customers, {items} open items",
            f"{values['kept']:.1f} s",
            f"bare SQL of one delay {values['bare']:.1f} s; {values['payments']:,} payments",
            f"{values['kept'] / values['bare']:.1f}",
            "under a minute",
            values["kept"] < 60,
        ),
        _row(
            "Its screen, by week and reason",
            f"{values['screen']:.1f} s",
            f"kept {values['kept']:.1f} s",
            f"{values['screen'] / values['kept']:.2f}",
            "",
            None,
        ),
    ]


def _indicators_rows(values):
    ledger = f"{values['items']:,} journal items, {values['paid']:,} paid invoices"
    ratio, chosen = (values[name] / values["bare"] for name in ("page", "choice"))
    bare = f"bare SQL {values['bare']:.0f} ms"
    return [
        _row(
            f"DSO of 24 months, {ledger}",
            f"{values['page']:.0f} ms, {values['page_queries']} queries",
            bare,
            f"{ratio:.2f}",
            "at most 3",
            ratio <= 3,
        ),
        _row(
            "The same of one collector, with half of the customers",
            f"{values['choice']:.0f} ms, {values['choice_queries']} queries",
            bare,
            f"{chosen:.2f}",
            "at most 3",
            chosen <= 3,
        ),
    ]


def _effect_rows(values):
    actions, payments = f"{values['actions']:,}", f"{values['payments']:,}"
    bare = f"bare SQL of 30 days alone {values['bare']:.1f} s"
    return [
        _row(
            f"Effect of steps, {actions} actions, {payments} payments",
            f"{values['plain']:.1f} s, {values['plain_queries']} queries",
            bare,
            f"{values['plain'] / values['bare']:.1f}",
            "",
            None,
        ),
        _row(
            f"The same beside those who waited, {values['items']:,} claims",
            f"{values['screen']:.1f} s, {values['screen_queries']} queries",
            bare,
            f"{values['screen'] / values['bare']:.1f}",
            "",
            None,
        ),
        _row(
            "Performance by collector, twelve months of twenty",
            f"{values['collectors']:.1f} s, {values['collectors_queries']} queries",
            f"{values['items']:,} claims",
            "",
            "",
            None,
        ),
    ]


def _ageing_rows(values):
    customers, payments = f"{values['customers']:,}", f"{values['payments']:,}"
    return [
        _row(
            f"Ageing as of {what}, {values[f'{name}_items']:,} items of {customers} customers",
            _in_milliseconds(values, name),
            f"bare SQL {values[f'{name}_bare']:.0f} ms; {payments} payments",
            f"{values[name] / values[f'{name}_bare']:.2f}",
            "at most 3",
            values[name] <= 3 * values[f"{name}_bare"],
        )
        for name, what in (("today", "today"), ("then", "90 days ago"))
    ]
