{
    "name": "Collection: Spreadsheet Dashboard",
    "summary": "Receivables, DSO, overdue and promises in Odoo's Dashboards",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collection",
    "author": "dso_collection contributors",
    "website": "https://github.com/dso-collection/dso_collection",
    "license": "LGPL-3",
    "depends": ["dso_collection", "spreadsheet_dashboard"],
    "data": ["data/dashboards.xml"],
    "auto_install": True,
}
