"""Operators' accounts: who may sign in, as what, and who is signed in now. A protocol, and SQLite behind it."""
