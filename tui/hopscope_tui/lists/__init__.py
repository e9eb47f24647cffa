"""The lists of flows in use."""
