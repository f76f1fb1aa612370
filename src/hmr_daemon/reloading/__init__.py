"""Reloads: carried out all or nothing."""
