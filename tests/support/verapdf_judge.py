"""veraPDF's validator, called in a process of its own: `<libjvm> <class path> <profile>… -- <file>…`.

Run by the Python of its checker's environment, which has a bridge to Java and nothing of ours. For each file and
profile it prints a line of JSON: `file`, `profile`, `checks`, `is_compliant`, and `failed`, the first complaints.
"""

import importlib
import json
import sys
from itertools import islice
from typing import Any

MOST_TOLD = 20
FAILURES_ONLY = False
"""Checks that passed are counted and not kept."""


def main(arguments: list[str]) -> None:
    jvm, class_path, *rest = arguments
    where = rest.index("--")
    profiles, files = rest[:where], rest[where + 1 :]
    java: Any = importlib.import_module("jpype")
    options = ("-Xmx512m", "-Djava.awt.headless=true", "--enable-native-access=ALL-UNNAMED")
    java.startJVM(jvm, *options, classpath=class_path.split(":"))
    java.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    for file in files:
        for profile in profiles:
            print(json.dumps({"file": file, "profile": profile} | judged(java, file, profile)), flush=True)


def judged(java: Any, file: str, profile: str) -> dict[str, Any]:
    """Every rule of the profile, on every object of the file."""
    foundry = java.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    flavour = java.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").byFlavourId(profile)
    parser = foundry.createParser(java.JClass("java.io.File")(file), flavour)
    try:
        result = foundry.createValidator(flavour, FAILURES_ONLY).validate(parser)
        failed = [
            f"{each.getRuleId().getClause()}: {each.getMessage()}"
            for each in islice(result.getTestAssertions(), MOST_TOLD)
        ]
        return {
            "checks": int(result.getTotalAssertions()),
            "failed": failed,
            "is_compliant": bool(result.isCompliant()),
        }
    finally:
        parser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
