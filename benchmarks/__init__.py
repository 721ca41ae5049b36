"""Benchmarks of the service against its peers, and against the bare stack below it."""
