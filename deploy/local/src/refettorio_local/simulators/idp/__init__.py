"""A SPID and CIE identity provider with a dozen invented citizens."""
