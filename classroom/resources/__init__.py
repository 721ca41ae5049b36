"""The resource tree: contexts with a place and an ACL."""
