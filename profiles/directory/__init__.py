"""Where profiles are kept: the protocol, and SQLite behind it."""
