"""A CIE OpenID provider and its Trust Anchor; the citizens are those of the SAML provider."""
