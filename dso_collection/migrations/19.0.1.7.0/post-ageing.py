def migrate(cr, version):
    """An age of 91 to 180 days has a key of its own: what users saved keeps its meaning."""
    cr.execute(
        r"""
        UPDATE ir_filters
           SET domain = regexp_replace(domain, '(["''])091\1', '\1091_180\1', 'g')
         WHERE model_id = 'dso.item.report' AND domain ~ '["'']091["'']'
        """
    )
