"""Where lines come from: `contract` says what a source promises, every other module is one kind of source."""
