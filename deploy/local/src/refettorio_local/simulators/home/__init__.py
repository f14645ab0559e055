"""The page to start from."""
