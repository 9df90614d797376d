"""Benchmarks: figures as ratios, both sides measured in turn in one run on the same server."""
