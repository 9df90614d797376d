"""The long work of programmes, at the edge: each opens its own transactions."""

from ayni.programmes.jobs.disbursing import disburse_cycle
from ayni.programmes.jobs.paying import pay_cycle, pay_cycle_later
from ayni.programmes.jobs.telling import tell_recipients
from ayni.programmes.jobs.training import Lesson, train_score

__all__ = ["Lesson", "disburse_cycle", "pay_cycle", "pay_cycle_later", "tell_recipients", "train_score"]
