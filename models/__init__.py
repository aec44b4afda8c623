"""Fit models and encoders: numbers only, never a database and never ORM classes."""
