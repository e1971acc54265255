"""Members, invitations, protection, and the pinned root."""
