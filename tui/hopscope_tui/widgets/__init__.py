"""Thin widgets over the drawings: they take values, draw them, and post what the person did."""
