"""Source text, its statements and their code: pure functions over plain values."""
