"""Where the screens get their flows."""
