"""`python -m hopscope_tui` is the `hopscope` command."""

from hopscope_tui.cli import main

main()
