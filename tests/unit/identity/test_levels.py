"""Levels: 2 everywhere unless the municipality says otherwise, and 1 nowhere near the staff."""

from __future__ import annotations

import pytest

from identity.domain.levels import Levels, levels_from

CHOSEN = levels_from("/portale=1, /portale/pagamenti=3,/api/attendance=1")


@pytest.mark.parametrize(
    ("path", "level"),
    [
        ("/portale", 1),
        ("/portale/", 1),
        ("/portale/moduli?x=/ufficio", 1),
        ("/portale/pagamenti", 3),
        ("/portale/pagamenti/meals", 3),
        ("/portalefinto", 2),
        ("/ufficio/", 2),
        ("/api/attendance/v1/classes", 1),
        ("/api/ledger/v1/account", 2),
    ],
)
def test_the_nearest_path_above_decides(path: str, level: int) -> None:
    assert CHOSEN.at(path) == level


def test_without_a_choice_the_level_is_2_everywhere() -> None:
    assert levels_from("") == Levels()
    assert {levels_from(" , ").at(path) for path in ("/portale/", "/ufficio/", "/api/identity/v1/me")} == {2}


@pytest.mark.parametrize(
    "text", ["/portale", "/portale=0", "/portale=4", "/portale/=1", "portale=1", "/=1", "/altrove=2", "/api/altro=2"]
)
def test_what_is_no_choice_stops_the_process(text: str) -> None:
    with pytest.raises(ValueError, match="/portale=1"):
        levels_from(text)


@pytest.mark.parametrize("text", ["/ufficio=1", "/ufficio/conti=1"])
def test_a_mere_password_never_opens_the_office(text: str) -> None:
    with pytest.raises(ValueError, match="staff"):
        levels_from(text)
    assert levels_from(text.replace("1", "3")).at("/ufficio/conti/x") == 3
