"""A fictional directory to try the service with: people who do not exist, whose facts and texts agree."""
