"""The canteen's tablet: an installable page that also works without network."""
