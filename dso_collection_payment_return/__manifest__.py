{
    "name": "Collection: Returned Payments",
    "summary": "Actions say which payments came back, with the reason of the bank",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collection",
    "author": "dso_collection contributors",
    "website": "https://github.com/dso-collection/dso_collection",
    "license": "LGPL-3",
    "depends": ["dso_collection", "account_payment_return"],
    "auto_install": True,
}
