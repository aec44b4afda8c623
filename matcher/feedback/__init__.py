"""What people tell by using the service: reports on profiles, and counts. A protocol, and SQLite behind it."""
