"""Who is served and who is not: counts over the whole directory, read without texts or encoder."""
