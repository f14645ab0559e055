"""A mail server whose messages are read on a page instead of being delivered."""
