"""The pages and the API over HTTP; the only room that knows Flask."""
