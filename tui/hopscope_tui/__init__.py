"""The terminal UI and the `hopscope` command."""
