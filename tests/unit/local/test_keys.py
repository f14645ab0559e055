"""Keys are made once, are the owner's alone, and the SPID certificate is of the prescribed form."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from refettorio_local.keys import Keys, keys_in

ENTITY_ID = "http://127.0.0.1:8080/auth/spid/metadata"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def keys(folder: Path) -> Keys:
    return keys_in(folder, entity_id=ENTITY_ID)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_private_keys_are_readable_by_their_owner_alone(keys: Keys, folder: Path) -> None:
    private = [path for path, content in files(folder).items() if b"PRIVATE KEY" in content]
    assert {keys.spid_key, keys.pagopa_folder / "server.key", keys.nodo_folder / "client.key"} <= set(private)
    for path in (*private, keys.message_key, folder / "secrets.json"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_keys_stay_the_same_at_the_next_start(keys: Keys, folder: Path) -> None:
    before = files(folder)
    assert keys_in(folder, entity_id=ENTITY_ID) == keys
    assert files(folder) == before


def test_gateway_and_nodo_know_each_other_by_an_authority_whose_key_is_forgotten(keys: Keys, folder: Path) -> None:
    ours, theirs = keys.pagopa_folder, keys.nodo_folder
    for issued, authority in (("server.crt", theirs / "gateway-ca.crt"), ("client.crt", ours / "clients-ca.crt")):
        certificate = x509.load_pem_x509_certificate(next(folder.rglob(issued)).read_bytes())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.read_bytes()))
    assert len(list(folder.rglob("*.key"))) == 8


def test_an_introduction_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    made = keys_in(tmp_path, entity_id=ENTITY_ID)
    (made.nodo_folder / "client.crt").unlink()
    again = keys_in(tmp_path, entity_id=ENTITY_ID)
    client = x509.load_pem_x509_certificate((again.nodo_folder / "client.crt").read_bytes())
    trusted = x509.load_pem_x509_certificate((again.pagopa_folder / "clients-ca.crt").read_bytes())
    client.verify_directly_issued_by(trusted)


def test_the_spid_certificate_names_the_organisation_as_agid_wants(keys: Keys) -> None:
    certificate = x509.load_pem_x509_certificate(keys.spid_certificate.read_bytes())
    subject = {attribute.oid.dotted_string: attribute.value for attribute in certificate.subject}
    assert subject["2.5.4.83"] == ENTITY_ID
    assert str(subject["2.5.4.97"]).startswith("PA:IT-")
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [policy.policy_identifier.dotted_string for policy in policies] == [
        "1.3.76.16.6",
        "1.3.76.16.4.2.1",
    ]
    key = load_pem_private_key(keys.spid_key.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size >= 2048


def test_the_token_key_is_for_es256(keys: Keys) -> None:
    key = load_pem_private_key(keys.token_key.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
