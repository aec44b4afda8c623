"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.browser"]

# Two busy cores make an example slow now and then; the time of a whole test is limited in pyproject.toml.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
