"""Pages that the digit network learns from."""
