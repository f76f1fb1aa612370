"""Live objects: what can be changed in place, each change with its undo."""
