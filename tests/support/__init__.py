"""Helpers that several tests share; the benchmarks use the servers."""
