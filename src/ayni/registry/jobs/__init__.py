"""The registry's long work with files, at the edge: each opens its own transactions."""

from ayni.registry.jobs.importing import import_padron
from ayni.registry.jobs.listing import ExportReport, export_padron

__all__ = ["ExportReport", "export_padron", "import_padron"]
