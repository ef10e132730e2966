#!/bin/sh
# OCA's account_in_payment: an invoice of which a part is being paid.
#
# Guess:     "in payment" says that money for the whole invoice is on its way; with a part of it the
#            invoice is "partial", and its residual is less by what was registered.
# Version:   account_in_payment 19.0.1.0.0.2 on Odoo 19.0
# Behaviour: with 30 of 100 registered, and no outstanding account, the invoice is "in_payment" like
#            with 100, its residual is still 100, and the payment has no entry: nothing on the
#            invoice tells how much is on its way.
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      dso.item.announced counts the payments themselves, never the invoice's state
#            (tests/beside/test_in_payment.py).
# Needs:     the Odoo and PostgreSQL that `make setup` brings, none of this project's add-ons.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
database=finding_$$
trap 'rm -rf "$folder"; "$here/dev/psql" -qc "DROP DATABASE IF EXISTS $database" || :' EXIT
"$here/dev/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --target "$folder/packages" odoo-addon-account-in-payment==19.0.1.0.0.2 \
    odoo-addon-account-reconcile-oca==19.0.1.1.1 odoo-addon-account-statement-base==19.0.1.0.1
export ODOO_ADDONS_PATH="$folder/packages/odoo/addons"
"$here/dev/odoo" -d "$database" -i account_in_payment --stop-after-init --no-http \
    --without-demo=True --log-level=error
expected='30 in_payment 100.0 in_process no entry
100 in_payment 100.0 in_process no entry'
seen=$("$here/dev/odoo" shell -d "$database" --no-http --log-level=error <<'PYTHON'
company = env.company
env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)])[0]
bank.inbound_payment_method_line_ids.payment_account_id = False
partner = env["res.partner"].create({"name": "Acme"})
for amount in (30, 100):
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": "2026-03-01",
            "invoice_line_ids": [
                (0, 0, {"name": "Goods", "price_unit": 100.0, "tax_ids": False})
            ],
        }
    )
    move.action_post()
    register = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    )
    payment = register.create({"amount": amount, "journal_id": bank.id})._create_payments()
    entry = "an entry" if payment.move_id else "no entry"
    print(amount, move.payment_state, move.amount_residual, payment.state, entry)
PYTHON
)
printf '%s\n' "$seen"
test "$seen" = "$expected"
