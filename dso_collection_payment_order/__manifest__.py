{
    "name": "Collection: Debit Orders",
    "summary": "What a confirmed debit order collects is not chased",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collection",
    "author": "dso_collection contributors",
    "website": "https://github.com/dso-collection/dso_collection",
    "license": "LGPL-3",
    "depends": ["dso_collection", "account_payment_order"],
    "auto_install": True,
}
