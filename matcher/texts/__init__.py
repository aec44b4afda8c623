"""The sentences of the service, a table a locale."""
