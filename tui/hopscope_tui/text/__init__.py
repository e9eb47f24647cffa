"""Flows and executions as rows of text."""
