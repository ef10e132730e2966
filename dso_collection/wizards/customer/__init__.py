from . import base_partner_merge
from . import dso_assignment_apply
from . import dso_assignment_apply_line
from . import dso_contact_import
from . import dso_contact_import_file
from . import dso_contact_propose
from . import dso_customer_assign
