#!/bin/sh
# OCA's account_banking_sepa_direct_debit: how an invoice says that it is to be debited.
#
# Guess:     since Odoo has a preferred payment method on customers and invoices of its own, add-ons
#            for direct debit use that one in 19.0, all of them.
# Version:   account_banking_sepa_direct_debit 19.0.1.1.1.6 (on account_payment_mode 19.0.1.1.0.3,
#            account_payment_order 19.0.1.0.8) and account_payment_sepa_direct_debit 19.0.1.0.0.3
#            (on account_payment_batch_oca 19.0.2.0.0.2), on Odoo 19.0
# Behaviour: two families. In the first, the payment mode of the customer goes to the invoice's
#            payment_mode_id and preferred_payment_method_line_id stays empty; in the second there
#            is no payment mode, and the customer's preferred method is the mark. Both name their
#            method sepa_direct_debit, and can't be installed together.
# Seen:      the lines of `expected`, on 2026-11-30.
# Here:      dso.item.announced reads the preferred method, dso_collection_payment_order the payment
#            mode too (tests/beside/test_banking_sepa.py, test_payment_sepa.py).
# Needs:     the Odoo and PostgreSQL that `make setup` brings, none of this project's add-ons.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
database=finding_$$
trap 'rm -rf "$folder"; for n in 1 2; do
    "$here/dev/psql" -qc "DROP DATABASE IF EXISTS ${database}_$n" || :; done' EXIT
"$here/dev/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --target "$folder/packages" \
    odoo-addon-account-banking-sepa-direct-debit==19.0.1.1.1.6 \
    odoo-addon-account-banking-mandate==19.0.1.0.1.1 \
    odoo-addon-account-banking-pain-base==19.0.1.1.1.4 \
    odoo-addon-account-payment-order==19.0.1.0.8 \
    odoo-addon-account-payment-mode==19.0.1.1.0.3 \
    odoo-addon-account-payment-sepa-direct-debit==19.0.1.0.0.3 \
    odoo-addon-account-payment-sepa-base==19.0.2.0.0 \
    odoo-addon-account-payment-mandate==19.0.1.0.0.7 \
    odoo-addon-account-payment-batch-oca==19.0.2.0.0.2 \
    odoo-addon-account-payment-base-oca==19.0.1.1.0 \
    odoo-addon-account-payment-method-base==19.0.1.0.0.4 \
    Unidecode==1.4.0
export ODOO_ADDONS_PATH="$folder/packages/odoo/addons" PYTHONPATH="$folder/packages"
cat > "$folder/look.py" <<'PYTHON'
company = env.company
env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)])[0]
bank.bank_account_id = env["res.partner.bank"].create(
    {"acc_number": "ES52 0182 2782 5688 3882 1868", "partner_id": company.partner_id.id}
)
method = env["account.payment.method"].search([("code", "=", "sepa_direct_debit")])
values = {"name": "Debit", "payment_method_id": method.id, "bank_account_link": "fixed"}
partner = env["res.partner"].create({"name": "Acme"})
if "account.payment.mode" in env:
    mode = env["account.payment.mode"].create({**values, "fixed_journal_id": bank.id})
    partner.customer_payment_mode_id = mode
else:
    way = env["account.payment.method.line"].create(
        {**values, "journal_id": bank.id, "selectable": True}
    )
    partner.property_inbound_payment_method_line_id = way
move = env["account.move"].create({"move_type": "out_invoice", "partner_id": partner.id})
print("mode", "payment_mode_id" in move._fields and move.payment_mode_id.payment_method_id.code)
print("preferred", move.preferred_payment_method_line_id.payment_method_id.code)
PYTHON
look() {
    "$here/dev/odoo" -d "${database}_$1" -i "$2" --stop-after-init --no-http \
        --without-demo=True --log-level=error
    echo "$2"
    "$here/dev/odoo" shell -d "${database}_$1" --no-http --log-level=error < "$folder/look.py"
}
expected='account_banking_sepa_direct_debit
mode sepa_direct_debit
preferred False
account_payment_sepa_direct_debit
mode False
preferred sepa_direct_debit'
seen=$(look 1 account_banking_sepa_direct_debit; look 2 account_payment_sepa_direct_debit)
printf '%s\n' "$seen"
test "$seen" = "$expected"
