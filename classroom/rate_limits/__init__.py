"""Rate limits: counters of calls, and fixed windows. Independent of Pyramid."""
