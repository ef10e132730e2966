"""The development environment of dso_collection: Odoo 19, its Python packages and its PostgreSQL.

Standard library only: this runs before anything is installed. Everything that it makes lies in
``.dev`` (or where DSO_DEV says), and each part can be asked for again at any time.
"""
