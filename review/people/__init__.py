"""People: accounts, roles, invitations, password links, profiles."""
