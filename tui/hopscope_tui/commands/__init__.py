"""One verb of the `hopscope` command a module; its `command` is what `hopscope_tui.cli.VERBS` loads."""
