"""Call counters and the fixed window they are counted in; no Pyramid."""
