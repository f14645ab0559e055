"""House rules that a machine can see: sizes, names, what a room may import, where errors may be caught."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, SERVICES, SourceFile, files_of_tests, python_files, sources, statements_of

FUNCTION_LINES = 60
FILE_LINES = 400
TEST_FILE_LINES = 600
CHASSIS_LINES = 3_600
"""A chassis that everybody rides on must stay small enough to be read in an afternoon."""

FORBIDDEN_FILES = {"utils", "util", "common", "helpers", "helper", "manager", "base", "data", "info", "misc", "tools"}
FORBIDDEN_FUNCTIONS = re.compile(
    r"^_?(handle|manage|do_it|do_work|helper|util)(_|$)|(_helper|_util|_manager)$"
    r"|^_?process(_(event|message|record|data|batch|request|item|payment|application)s?)?$"
)
ASKED_FOR_BY_A_LIBRARY = {"handle_DATA", "handle_starttag", "handle_data", "handle_endtag", "_handle_request"}
FORBIDDEN_CLASSES = re.compile(r"(Manager|Helper|Util|Utils|Base|Info)$")

ALLOWED = {
    "domain": set(),
    "usecases": set(),
    "inbound": {
        "fastapi", "starlette", "pydantic", "structlog", "opentelemetry", "prometheus_client", "lxml", "jinja2",
    },
    "outbound": {
        "pymongo", "httpx2", "structlog", "cryptography", "joserfc", "lxml", "signxml", "stdnum", "codicefiscale",
        "jinja2", "mjml", "typst", "segno", "ppf", "aiosmtplib", "aiosmpplib", "smpplib", "phonenumbers", "pydantic",
        "opentelemetry", "confluent_kafka",
    },
}  # fmt: skip
LOCKS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
CATCH_ALL = {"refettorio_chassis/consuming.py", "refettorio_chassis/web.py"}
"""Where `except Exception` stands, with its reason beside it. process.py catches to say its last word and end."""
LAST_WORD = "refettorio_chassis/process.py"
ONE_LISTENING = "refettorio_chassis/listening.py"


def too_long(files: list[SourceFile], limit: int) -> list[str]:
    return [f"{file.path}: {file.lines} lines" for file in files if file.lines > limit]


def long_functions(files: list[SourceFile]) -> list[str]:
    return [
        f"{file.path}:{function.lineno} {function.name}: {statements_of(function)} lines"
        for file in files
        for function in file.functions()
        if statements_of(function) > FUNCTION_LINES
    ]


def badly_named(file: SourceFile) -> list[str]:
    bad = [str(file.path)] if file.path.stem in FORBIDDEN_FILES or file.path.parent.name in FORBIDDEN_FILES else []
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and FORBIDDEN_FUNCTIONS.search(node.name)
            and node.name not in ASKED_FOR_BY_A_LIBRARY
        ):
            bad.append(f"{file.path}:{node.lineno} {node.name}")
        if isinstance(node, ast.ClassDef) and FORBIDDEN_CLASSES.search(node.name):
            bad.append(f"{file.path}:{node.lineno} {node.name}")
    return bad


def room_of(path: Path) -> str | None:
    """`inbound` of `services/x/src/x/inbound/…`; None for the process files and for what is no service."""
    parts = path.parts
    for service in SERVICES:
        if service in parts and "src" in parts:
            after = parts[parts.index("src") + 2 :]
            return after[0] if len(after) > 1 else None
    return None


def strangers(file: SourceFile) -> set[str]:
    room = room_of(file.path)
    return file.third_parties() - ALLOWED[room] if room in ALLOWED else set()


def catches_all(file: SourceFile) -> list[str]:
    return [
        f"{file.path}:{node.lineno}"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]


def test_files_are_short_enough_to_be_read() -> None:
    assert too_long(sources(), FILE_LINES) == []
    assert too_long(files_of_tests(), TEST_FILE_LINES) == []


def test_functions_are_short_enough_to_be_understood() -> None:
    assert long_functions(sources() + files_of_tests()) == []


def test_the_chassis_stays_small() -> None:
    assert sum(file.lines for file in python_files(ROOT / "chassis/src")) <= CHASSIS_LINES


@pytest.mark.parametrize("file", sources(), ids=lambda file: str(file.path.relative_to(ROOT)))
def test_names_say_what_a_thing_is(file: SourceFile) -> None:
    assert badly_named(file) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_room_imports_only_the_libraries_it_is_for(service: str) -> None:
    found = {str(file.path): strangers(file) for file in python_files(ROOT / "services" / service / "src")}
    assert {path: names for path, names in found.items() if names} == {}


def test_errors_are_caught_whole_only_at_the_two_edges() -> None:
    found = [place for file in sources() for place in catches_all(file)]
    allowed = (*CATCH_ALL, LAST_WORD, ONE_LISTENING)
    assert [place for place in found if not any(name in place for name in allowed)] == []


def test_nobody_declares_a_kafka_router_or_publishes_a_batch() -> None:
    """Both silently lose what we rely on: the acknowledgement policy, and the partition of a key."""
    assert [str(file.path) for file in sources() if re.search(r"\bKafkaRouter\b|publish_batch\(", file.text)] == []


def test_only_the_chassis_declares_subscribers() -> None:
    found = [str(file.path) for file in sources() if re.search(r"\.subscriber\(", file.text)]
    assert found == [str(ROOT / "chassis/src" / ONE_LISTENING)]


def parses_carelessly(file: SourceFile) -> list[str]:
    """XML given to lxml without a parser of ours, or a parser of ours without its four locks."""
    if "lxml" not in file.third_parties():
        return []
    found: list[str] = []
    for node in ast.walk(file.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        keywords = {each.arg: each.value.value for each in node.keywords if isinstance(each.value, ast.Constant)}
        names = {each.arg for each in node.keywords}
        is_bare = node.func.attr in {"fromstring", "parse", "XML"} and len(node.args) < 2 and "parser" not in names
        is_unlocked = node.func.attr == "XMLParser" and not LOCKS.items() <= keywords.items()
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "etree" and (is_bare or is_unlocked):
            found.append(f"{file.path}:{node.lineno}")
    return found


def test_xml_is_never_parsed_with_the_parsers_own_defaults() -> None:
    """The simulators are exempt: they read back what they have written themselves."""
    ours = [file for file in sources() if "simulators" not in file.path.parts]
    assert [place for file in ours for place in parses_carelessly(file)] == []


def source(text: str, path: str = "services/ledger/src/ledger/domain/money.py") -> SourceFile:
    return SourceFile(ROOT / path, text)


def test_the_rules_can_refuse() -> None:
    assert too_long([source("x = 1\n" * 401)], FILE_LINES)
    assert long_functions([source("def f():\n" + "    x = 1\n" * 60)])
    assert not long_functions([source('def f():\n    """' + "\n" * 60 + '"""\n' + "    x = 1\n" * 50)])
    assert badly_named(source("def handle_event(): ..."))
    assert badly_named(source("class AccountManager: ..."))
    assert badly_named(source("", "services/ledger/src/ledger/domain/utils.py"))
    assert badly_named(source("", "services/ledger/src/ledger/common/money.py"))
    assert strangers(source("import pydantic")) == {"pydantic"}
    assert strangers(source("import requests", "services/ledger/src/ledger/outbound/bank.py")) == {"requests"}
    assert catches_all(source("try:\n    x = 1\nexcept Exception:\n    pass"))
    xml = "from lxml import etree\n"
    assert parses_carelessly(source(xml + "etree.fromstring(text)"))
    assert parses_carelessly(source(xml + "etree.XMLParser(resolve_entities=False)"))
    assert not parses_carelessly(source(xml + "etree.fromstring(text, parser)"))
    assert catches_all(source("try:\n    x = 1\nexcept:\n    pass"))
    assert not catches_all(source("try:\n    x = 1\nexcept ValueError:\n    pass"))
