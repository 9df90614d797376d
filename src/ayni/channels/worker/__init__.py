"""The worker: does queued and scheduled jobs, and takes up what a dead worker left behind."""

from ayni.channels.worker.run import run

__all__ = ["run"]
