"""The items of the customer's form are a list of their own: what was added to the list before has
no place any more. The data of this version write it anew."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_ui_view view
           SET arch_db = jsonb_build_object('en_US', '<data/>')
          FROM ir_model_data data
         WHERE data.module = 'dso_collection'
           AND data.name = 'dso_customer_view_form_penalty'
           AND data.model = 'ir.ui.view'
           AND data.res_id = view.id
        """
    )
