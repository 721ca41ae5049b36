"""What the service costs, beside its peers and beside the least that its own stack can cost."""
