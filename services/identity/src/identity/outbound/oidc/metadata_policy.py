"""What the Trust Anchor lets an entity say of itself: the metadata policy. Source: OpenID Federation 1.0, 6.1.

One difference, as SPID and CIE write their policies: `one_of` also speaks of lists, and then keeps what it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from identity.domain.errors import ResponseRefusedError
from identity.outbound.saml.rules import require

RULE: Final = "metadata-policy"


def governed(metadata: Mapping[str, Any], policy: object) -> dict[str, Any]:
    """`metadata` as the policy leaves it; parameters without a policy stay. Refused by `metadata-policy`."""
    result = dict(metadata)
    if policy is None:
        return result
    if not isinstance(policy, Mapping):
        raise ResponseRefusedError(RULE)
    for name, operators in policy.items():
        require(isinstance(operators, Mapping), RULE)
        _govern(result, name, operators)
    return result


def _govern(result: dict[str, Any], name: str, operators: Mapping[str, Any]) -> None:
    """In the order of the standard; an operator we do not know is not passed over, for it may forbid."""
    # The rules' own example writes `jwks: {"keys": [{"subset_of": …}]}`, which is no policy in any edition.
    require(set(operators) <= set(_OPERATORS), RULE)
    for operator, apply in _OPERATORS.items():
        if operator in operators:
            value = apply(result.get(name), operators[operator])
            if value is None:
                result.pop(name, None)
            else:
                result[name] = value


def _value(_said: object, wanted: object) -> object:
    return wanted


def _add(said: object, wanted: object) -> object:
    had = _listed(said) if said is not None else []
    return [*had, *(each for each in _listed(wanted) if each not in had)]


def _default(said: object, wanted: object) -> object:
    return wanted if said is None else said


def _one_of(said: object, wanted: object) -> object:
    allowed = _listed(wanted)
    if said is None:
        return None
    if isinstance(said, list):
        return _not_empty([each for each in said if _is_among(each, allowed)])
    require(_is_among(said, allowed), RULE)
    return said


def _subset_of(said: object, wanted: object) -> object:
    if said is None:
        return None
    kept = _not_empty([each for each in _listed(said) if _is_among(each, _listed(wanted))])
    return {**said, "keys": kept} if isinstance(said, Mapping) else kept


def _superset_of(said: object, wanted: object) -> object:
    if said is not None:
        require(all(_is_among(each, _listed(said)) for each in _listed(wanted)), RULE)
    return said


def _essential(said: object, wanted: object) -> object:
    require(said is not None or wanted is not True, RULE)
    return said


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "value": _value,
    "add": _add,
    "default": _default,
    "one_of": _one_of,
    "subset_of": _subset_of,
    "superset_of": _superset_of,
    "essential": _essential,
}


def _listed(value: object) -> list[Any]:
    """A list; the keys of a JWK set; or words in one text, as `scope` is written."""
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return value.split()
    if isinstance(value, Mapping) and isinstance(value.get("keys"), list):
        return list(value["keys"])
    raise ResponseRefusedError(RULE)


def _is_among(value: object, allowed: list[Any]) -> bool:
    """The rules' examples write truth as a text."""
    return value in allowed or (isinstance(value, bool) and str(value).lower() in allowed)


def _not_empty(kept: list[Any]) -> list[Any]:
    require(bool(kept), RULE)
    return kept
