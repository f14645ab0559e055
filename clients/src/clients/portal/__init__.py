"""The guardian's area: payments, online forms, communications, children."""
