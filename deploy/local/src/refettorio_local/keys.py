"""Keys, certificates and secrets of one embedded platform: made at first start, kept with its data.

They are worth nothing outside this machine; a real deployment brings its own by the same variables.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from refettorio_local.certificates import Authority, Purpose, pem_of

RSA_BITS = 3072
OIDC_RSA_BITS = 2048
VALID_DAYS = 730
URI_IN_SUBJECT = x509.ObjectIdentifier("2.5.4.83")
# AgID, "Avviso SPID n. 29": the policies of a public service provider's certificate.
AGID_POLICIES = ("1.3.76.16.6", "1.3.76.16.4.2.1")
ORGANIZATION = "Comune dimostrativo"
ORGANIZATION_IDENTIFIER = "PA:IT-c_demo"
GATEWAY_NAMES = ("127.0.0.1", "localhost")
NODO_NAME = "nodo.pagopa.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Files (PEM, readable by their owner alone) and short secrets.

    `pagopa_folder` is what the gateway is given for its connection with the Nodo: `server.crt`,
    `server.key`, and `clients-ca.crt`, the authority that issues the Nodo's certificate.
    `nodo_folder` is the Nodo's side of it: `client.crt`, `client.key`, `gateway-ca.crt`.
    """

    spid_key: Path
    spid_certificate: Path
    idp_key: Path
    idp_certificate: Path
    token_key: Path
    sealing_key: Path
    message_key: Path
    oidc_federation_key: Path
    oidc_signing_key: Path
    oidc_encryption_key: Path
    pagopa_folder: Path
    nodo_folder: Path
    checkout_key: str
    smpp_password: str


def keys_in(folder: Path, *, entity_id: str) -> Keys:
    """The keys of `folder`; those missing are made. `entity_id` goes into the SPID certificate."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sayings = _secrets(folder / "secrets.json")
    keys = Keys(
        spid_key=folder / "spid.key",
        spid_certificate=folder / "spid.crt",
        idp_key=folder / "idp.key",
        idp_certificate=folder / "idp.crt",
        token_key=folder / "token.key",
        sealing_key=folder / "sealing.secret",
        message_key=folder / "message.keys",
        oidc_federation_key=folder / "oidc-federation.key",
        oidc_signing_key=folder / "oidc-signing.key",
        oidc_encryption_key=folder / "oidc-encryption.key",
        pagopa_folder=folder / "pagopa",
        nodo_folder=folder / "nodo",
        checkout_key=sayings["checkout_key"],
        smpp_password=sayings["smpp_password"],
    )
    if not keys.spid_certificate.exists():
        _write_pair(keys.spid_key, keys.spid_certificate, _provider_subject(entity_id), AGID_POLICIES)
    if not keys.idp_certificate.exists():
        _write_pair(keys.idp_key, keys.idp_certificate, _named("Identity provider di prova"), ())
    if not keys.token_key.exists():
        _write_key(keys.token_key, ec.generate_private_key(ec.SECP256R1()))
    if not keys.sealing_key.exists():
        _write_private(keys.sealing_key, secrets.token_bytes(32))
    if not keys.message_key.exists():
        _write_private(keys.message_key, base64.urlsafe_b64encode(secrets.token_bytes(32)))
    for oidc_key in (keys.oidc_federation_key, keys.oidc_signing_key, keys.oidc_encryption_key):
        if not oidc_key.exists():
            _write_key(oidc_key, rsa.generate_private_key(public_exponent=65537, key_size=OIDC_RSA_BITS))
    if not (keys.nodo_folder / "client.crt").exists():
        _introduce(keys.pagopa_folder, keys.nodo_folder)
    return keys


def _introduce(gateway: Path, nodo: Path) -> None:
    """Give gateway and Nodo a certificate each, and each the authority of the other's."""
    for folder in (gateway, nodo):
        folder.mkdir(exist_ok=True, mode=0o700)
    ours, theirs = Authority("Autorità di prova del Comune"), Authority("Autorità di prova di pagoPA")
    server = ours.issue(*GATEWAY_NAMES, purpose=Purpose.SERVER)
    client = theirs.issue(NODO_NAME, purpose=Purpose.CLIENT)
    _write_private(gateway / "server.key", server.key)
    (gateway / "server.crt").write_bytes(server.certificate)
    (gateway / "clients-ca.crt").write_bytes(theirs.certificate)
    (nodo / "gateway-ca.crt").write_bytes(ours.certificate)
    _write_private(nodo / "client.key", client.key)
    (nodo / "client.crt").write_bytes(client.certificate)  # last: it says that all of them are there


def _secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        # SMPP 3.4 §4.1: a password has at most eight characters.
        made = {"checkout_key": secrets.token_hex(16), "smpp_password": secrets.token_hex(4)}
        _write_private(path, json.dumps(made).encode())
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _provider_subject(entity_id: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, ORGANIZATION_IDENTIFIER),
            x509.NameAttribute(URI_IN_SUBJECT, entity_id),
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IT"),
            x509.NameAttribute(NameOID.LOCALITY_NAME, "Cremona"),
        ]
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write_pair(key_path: Path, path: Path, subject: x509.Name, policies: tuple[str, ...]) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    _write_key(key_path, key)
    path.write_bytes(_certificate(key, subject, policies).public_bytes(serialization.Encoding.PEM))


def _certificate(key: rsa.RSAPrivateKey, subject: x509.Name, policies: tuple[str, ...]) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_signing_only(), critical=True)
    )
    if policies:
        stated = [x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in policies]
        builder = builder.add_extension(x509.CertificatePolicies(stated), critical=False)
    return builder.sign(key, hashes.SHA256())


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    _write_private(path, pem_of(key))


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
