"""The operators' pages under /operator: sign-in, uploads, the profile editor, and what waits for a decision."""
