"""Who may use a wallet. What counts tries answers with the refusal instead of raising it.

A refusal that was raised would undo the transaction, and with it the count. So these use cases give back an
`AyniError` as a value; the caller commits, and raises it then.
"""

from ayni.wallet.operations.access.codes import check_code, send_code
from ayni.wallet.operations.access.devices import bind_device, end_device, note_sim
from ayni.wallet.operations.access.locks import lift_sending_lock
from ayni.wallet.operations.access.openings import begin_opening, finish_opening
from ayni.wallet.operations.access.pins import change_pin, check_pin, set_pin
from ayni.wallet.operations.access.recoveries import begin_recovery, finish_recovery
from ayni.wallet.operations.access.sessions import end_session, open_session, use_session
from ayni.wallet.queries.access import list_devices

__all__ = [
    "begin_opening",
    "begin_recovery",
    "bind_device",
    "change_pin",
    "check_code",
    "check_pin",
    "end_device",
    "end_session",
    "finish_opening",
    "finish_recovery",
    "lift_sending_lock",
    "list_devices",
    "note_sim",
    "open_session",
    "send_code",
    "set_pin",
    "use_session",
]
