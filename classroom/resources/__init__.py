"""The resource tree: contexts, each with a URL and an ACL."""
