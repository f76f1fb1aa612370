"""The graph of statements, and what has to run again: decided over plain values, nothing is run."""
