"""An oracle: drawn programs, drawn edits, and a fresh process that knows what must come out."""
