"""Backup and restore: the encrypted file, and the two databases that go into it."""
