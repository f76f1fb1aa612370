"""What people see of reloads, and where."""
