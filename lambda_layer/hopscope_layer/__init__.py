"""Hopscope."""
