"""Typed calls to the five services, made with the caller's own token."""
