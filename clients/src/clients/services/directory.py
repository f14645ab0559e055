"""The five services together, as one caller reaches them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx2 as httpx

from clients.services.attendance import Attendance
from clients.services.book import Book
from clients.services.declarations import Declarations
from clients.services.delegations import Delegations
from clients.services.dunning import Dunning
from clients.services.enrollment import Enrollment
from clients.services.erasures import Erasures
from clients.services.identity import Identity
from clients.services.instalments import Instalments
from clients.services.ledger import Ledger
from clients.services.lines import Lines
from clients.services.machines import Machines
from clients.services.notify import Notify
from clients.services.operators import Operators
from clients.services.pagopa import PagoPa
from clients.services.people import People
from clients.services.prices import Prices
from clients.services.prints import Prints
from clients.services.privacy import Privacy
from clients.services.profile import Profile
from clients.services.reconciliation import Reconciliation
from clients.services.refunds import Refunds
from clients.services.register import Register
from clients.services.second_guardians import SecondGuardians
from clients.services.staff import Staff
from clients.services.texts import Texts
from clients.services.transport import TIMEOUT_SECONDS, Backend
from clients.services.year_end import YearEnd

NAMES: Final = ("identity", "enrollment", "attendance", "ledger", "notify")


@dataclass(frozen=True, slots=True)
class Services:
    """Every call made through this carries one caller's token."""

    identity: Identity
    machines: Machines
    people: People
    operators: Operators
    profile: Profile
    delegations: Delegations
    erasures: Erasures
    privacy: Privacy
    register: Register
    texts: Texts
    staff: Staff
    enrollment: Enrollment
    lines: Lines
    second_guardians: SecondGuardians
    attendance: Attendance
    ledger: Ledger
    pagopa: PagoPa
    prices: Prices
    declarations: Declarations
    refunds: Refunds
    reconciliation: Reconciliation
    year_end: YearEnd
    dunning: Dunning
    instalments: Instalments
    book: Book
    prints: Prints
    notify: Notify


@dataclass(frozen=True, slots=True)
class Directory:
    """Open connections to the services, shared by all requests; it knows no caller."""

    connections: Mapping[str, httpx.AsyncClient]

    def for_token(self, token: str) -> Services:
        """The services as the bearer of `token` sees them; an empty token reaches only what is public."""

        def backend(name: str) -> Backend:
            return Backend(self.connections[name], token)

        return Services(
            identity=Identity(backend("identity")),
            machines=Machines(backend("identity")),
            people=People(backend("identity")),
            operators=Operators(backend("identity")),
            profile=Profile(backend("identity")),
            delegations=Delegations(backend("identity")),
            erasures=Erasures(backend("identity")),
            privacy=Privacy({name: backend(name) for name in NAMES}),
            register=Register(backend("identity")),
            texts=Texts(backend("identity")),
            staff=Staff(backend("identity")),
            enrollment=Enrollment(backend("enrollment")),
            lines=Lines(backend("enrollment")),
            second_guardians=SecondGuardians(backend("enrollment")),
            attendance=Attendance(backend("attendance")),
            ledger=Ledger(backend("ledger")),
            pagopa=PagoPa(backend("ledger")),
            prices=Prices(backend("ledger")),
            declarations=Declarations(backend("ledger")),
            refunds=Refunds(backend("ledger")),
            reconciliation=Reconciliation(backend("ledger")),
            year_end=YearEnd(backend("ledger")),
            dunning=Dunning(backend("ledger")),
            instalments=Instalments(backend("ledger")),
            book=Book(backend("ledger")),
            prints=Prints(backend("ledger")),
            notify=Notify(backend("notify")),
        )

    async def close(self) -> None:
        for connection in self.connections.values():
            await connection.aclose()


def open_directory(addresses: Mapping[str, str], transport: httpx.AsyncBaseTransport | None = None) -> Directory:
    """Connect to the services by name; `transport` replaces the network in tests."""
    return Directory(
        {
            name: httpx.AsyncClient(base_url=addresses[name], timeout=TIMEOUT_SECONDS, transport=transport)
            for name in NAMES
        }
    )
