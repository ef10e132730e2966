from . import dso_channel_erm
from . import dso_erm_service
from . import dso_erm_service_rest
from . import dso_erm_provider
from . import dso_erm_letter
