"""Somebody without a wallet, and a benefit for them that an agent pays out."""

from __future__ import annotations

from dataclasses import dataclass, field

from ayni import wallet
from ayni.foundation.errors import AyniError
from ayni.values.ids import PersonId, TransferId
from ayni.wallet import Shop, VoucherCode
from ayni.wallet.model.vouchers import CashedVoucher
from tests.wallet.conftest import City, register
from tests.wallet.rings import ring


@dataclass
class Held:
    """A voucher in somebody's hand, with the slip that tells its number and code."""

    city: City
    person: PersonId
    id: TransferId
    slip: VoucherCode = field(repr=False)

    def fetch(
        self, code: str | None = None, *, number: int | None = None, at: Shop | None = None
    ) -> CashedVoucher | AyniError:
        """An agent is told what is on the slip."""
        return wallet.vouchers.cash_voucher(
            self.city.tx,
            ring=ring(peppers=2),
            agent_id=(at or self.city.agent).id,
            number=self.slip.number if number is None else number,
            code=self.slip.code if code is None else code,
        )


def give_voucher(city: City, amount_minor: int = 2_000, *, to: PersonId | None = None) -> Held:
    """Pays a benefit as a voucher, and tells its code."""
    person = to or register(city.tx, document=False)[0]
    (answer,) = city.disburse(city.benefit(amount_minor, to=person), by_agents=True)
    assert answer.code == "voucher", answer
    slip = wallet.vouchers.tell_code(city.tx, ring=ring(), voucher_id=answer.transfer_id)
    city.voucher = Held(city, person, answer.transfer_id, slip)
    return city.voucher
