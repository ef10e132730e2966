from odoo import api, models, tools


class DsoErmService(models.AbstractModel):
    """What a provider of electronic registered mail has to do. One subclass for each kind of
    provider, found by the name it gives itself: adding one touches no other file."""

    _name = "dso.erm.service"
    _description = "Electronic Registered Mail: Interface"

    #: key and label (an ``_lt``) in the provider's settings
    _dso_service = None

    @api.model
    def _get_services(self):
        """[(key, label)] of every kind of provider, in the user's language."""
        services = [self.env[name]._dso_service for name in self._get_service_names().values()]
        return [(key, self.env._(label)) for key, label in services]

    @api.model
    def _get_service(self, key):
        """The model that talks to this kind of provider."""
        return self.env[self._get_service_names()[key]]

    @api.model
    @tools.ormcache()
    def _get_service_names(self):
        """{key: name of the model}"""
        names = self.env.registry.descendants([DsoErmService._name], "_inherit")
        return {
            self.env[name]._dso_service[0]: name for name in names if self.env[name]._dso_service
        }

    @api.model
    def _submit(self, provider, letter):
        """Hand a letter over. With the same key a second time, nothing new may be sent: a server
        that stopped after the first time asks again.

        :param provider: dso.erm.provider
        :param letter: dso.erm.letter, with its document
        :return: the provider's reference
        :raise ProviderError: if it was not taken
        """
        raise NotImplementedError

    @api.model
    def _get_status(self, provider, letter):
        """What became of a letter.

        :return: (state of ``engine.erm`` or ``None``, the provider's words)
        :raise ProviderError: if it does not say
        """
        raise NotImplementedError

    @api.model
    def _get_proof(self, provider, letter, kind):
        """The proof of deposit or of receipt.

        :param kind: ``deposited`` or ``received``
        :return: (content, mimetype), ``None`` as long as there is none
        :raise ProviderError: if it cannot be fetched
        """
        raise NotImplementedError
