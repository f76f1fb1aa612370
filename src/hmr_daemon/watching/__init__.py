"""Files: which may have changed, and what they hold."""
