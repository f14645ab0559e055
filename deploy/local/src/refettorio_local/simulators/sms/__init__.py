"""A short message centre speaking SMPP 3.4, with phones to read on a page."""
