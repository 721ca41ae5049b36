"""Resources as JSON, in either direction."""
