"""Countries that Ayni can run in: one folder each, nothing of them anywhere else."""
