"""A SPID and CIE identity provider whose citizens are invented."""
