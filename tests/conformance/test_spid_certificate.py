"""AgID's checker of certificates, `spid-compliant-certificates`, judges the one the local platform signs with.

It comes with the environment of spid-sp-test. What it found stays in `build/conformance/spid-certificate`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from refettorio_local.keys import keys_in
from tests.support.spid_sp_test import PROGRAMS, REPORTS

LEAST_CHECKS = 30
ENTITY_ID = "https://scuola.comune.example/auth/spid/metadata"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> etree._Element:
    program = PROGRAMS / "spid-compliant-certificates"
    if not program.exists():
        pytest.skip("the environment of spid-sp-test is made by `make checkers`, which `make test` does by itself")
    certificate = keys_in(tmp_path_factory.mktemp("keys"), entity_id=ENTITY_ID).spid_certificate
    return judged(program, certificate, REPORTS / "spid-certificate")


def judged(program: Path, certificate: Path, folder: Path) -> etree._Element:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "report.xml"
    done = subprocess.run(
        [
            program,
            "validator",
            "--sector",
            "public",
            "--crt-file",
            certificate,
            "--out-form",
            "xml",
            "--out-file",
            file,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert file.exists(), done.stdout + done.stderr
    return etree.fromstring(file.read_bytes())


def test_the_certificate_is_of_the_form_agid_prescribes_for_public_bodies(report: etree._Element) -> None:
    checks = report.findall(".//check")
    failed = [check.findtext("description") for check in checks if check.findtext("result") != "success"]
    assert failed == []
    assert len(checks) >= LEAST_CHECKS
    assert report.findtext("result") == "success"


def test_the_checker_saw_who_and_where_we_are(report: etree._Element) -> None:
    values = {check.findtext("value") for check in report.findall(".//check")}
    assert {ENTITY_ID, "PA:IT-c_demo", "Comune dimostrativo"} <= values
