"""The outside parties that the system talks to, each its own process speaking the real protocol.

No service knows whether a simulator or the real party answers: only addresses and keys differ.
"""
