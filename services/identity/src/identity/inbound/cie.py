"""CIE id over SAML: `/auth/cie/…`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from identity.domain.sign_in import Scheme
from identity.inbound.sign_in import Entrance, sign_in_router
from identity.usecases.ports import Federation, Ports
from refettorio_chassis.transaction import Runner


def cie_router(
    run: Runner[Ports], federation: Federation, metadata: Callable[[Scheme], bytes], public_url: str
) -> APIRouter:
    """The routes the CIE metadata names."""
    return sign_in_router(
        Entrance(scheme="cie", run=run, federation=federation, metadata=metadata, public_url=public_url)
    )
