"""What the screens draw, as values: flows in, rows of runs out. Nothing here knows Textual."""
