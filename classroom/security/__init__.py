"""Identity, permissions, authentication, passwords and tokens."""
