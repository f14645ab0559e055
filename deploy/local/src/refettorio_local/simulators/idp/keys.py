"""Key pairs made on the spot, where no files are given."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from refettorio_local.simulators.idp.saml import KeyPair

# Wide on both sides: a rehearsal clock may stand anywhere in the school year.
VALID_DAYS = 3650


def make_keys(name: str) -> KeyPair:
    """An RSA 2048 pair with a self-signed certificate for `name`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=VALID_DAYS))
        .not_valid_after(today + timedelta(days=VALID_DAYS))
        .sign(key, SHA256())
    )
    return KeyPair(key, certificate)
