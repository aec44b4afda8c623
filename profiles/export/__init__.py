"""Export: a file for each format, and the table of formats."""
