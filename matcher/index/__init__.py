"""Columns and vectors of the whole directory, mapped by every worker."""
