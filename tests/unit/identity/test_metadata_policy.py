"""What a Trust Anchor's policy makes of what an entity says of itself (OpenID Federation 1.0, 6.1)."""

from __future__ import annotations

from typing import Any

import pytest

from identity.domain.errors import ResponseRefusedError
from identity.outbound.oidc.metadata_policy import governed

KEY, OTHER = {"kid": "a", "n": "1"}, {"kid": "b", "n": "2"}


@pytest.mark.parametrize(
    ("said", "policy", "result"),
    [
        ({"a": 1}, None, {"a": 1}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, {"a": {"value": 2}}, {"a": 2}),
        ({}, {"a": {"value": 2}}, {"a": 2}),
        ({"a": 1}, {"a": {"value": None}}, {}),
        ({"a": ["x"]}, {"a": {"add": ["x", "y"]}}, {"a": ["x", "y"]}),
        ({}, {"a": {"add": "y"}}, {"a": ["y"]}),
        ({}, {"a": {"default": "d"}}, {"a": "d"}),
        ({"a": "s"}, {"a": {"default": "d"}}, {"a": "s"}),
        ({"a": "x"}, {"a": {"one_of": ["x", "y"]}}, {"a": "x"}),
        ({}, {"a": {"one_of": ["x"]}}, {}),
        ({"a": ["x", "z"]}, {"a": {"one_of": ["x", "y"]}}, {"a": ["x"]}),
        ({"a": True}, {"a": {"one_of": ["true"]}}, {"a": True}),
        ({"a": ["x", "z"]}, {"a": {"subset_of": ["x", "y"]}}, {"a": ["x"]}),
        ({}, {"a": {"subset_of": ["x"]}}, {}),
        ({"jwks": {"keys": [KEY, OTHER]}}, {"jwks": {"subset_of": [KEY]}}, {"jwks": {"keys": [KEY]}}),
        ({"a": ["x", "y"]}, {"a": {"superset_of": ["x"]}}, {"a": ["x", "y"]}),
        ({"scope": "openid email"}, {"scope": {"superset_of": ["openid"]}}, {"scope": "openid email"}),
        ({"a": 1}, {"a": {"essential": True}}, {"a": 1}),
        ({}, {"a": {"essential": False}}, {}),
        ({}, {"a": {"default": ["x", "y"], "subset_of": ["x"], "essential": True}}, {"a": ["x"]}),
    ],
)
def test_a_policy_changes_what_it_speaks_of_and_nothing_else(
    said: dict[str, Any], policy: object, result: dict[str, Any]
) -> None:
    assert governed(said | {"other": "stays"}, policy) == result | {"other": "stays"}


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ({"a": "z"}, {"a": {"one_of": ["x"]}}),
        ({"a": ["z"]}, {"a": {"one_of": ["x"]}}),
        ({"a": True}, {"a": {"one_of": ["false"]}}),
        ({"a": ["z"]}, {"a": {"subset_of": ["x"]}}),
        ({"jwks": {"keys": [OTHER]}}, {"jwks": {"subset_of": [KEY]}}),
        ({"a": ["x"]}, {"a": {"superset_of": ["x", "y"]}}),
        ({}, {"a": {"essential": True}}),
        ({"a": 1}, {"a": {"regexp": ".*"}}),
        ({"a": 1}, {"a": {"subset_of": ["x"]}}),
        ({"a": 1}, {"a": "x"}),
        ({"a": 1}, ["a"]),
    ],
)
def test_what_a_policy_forbids_is_refused(said: dict[str, Any], policy: object) -> None:
    with pytest.raises(ResponseRefusedError) as refusal:
        governed(said, policy)
    assert refusal.value.rule == "metadata-policy"
