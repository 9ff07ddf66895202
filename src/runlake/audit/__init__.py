"""Evidence: canonical bytes and links. Knows no Delta; hashes what it is given."""

from runlake.audit.link import Link, link_document, link_hash

__all__ = ["Link", "link_document", "link_hash"]
