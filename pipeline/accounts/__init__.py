"""Accounts: roles, login, two-step login, and the log of logins."""
