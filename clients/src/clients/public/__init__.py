"""Pages anyone may read, signed in or not."""
