"""A flow as people look at it, on whatever it is drawn: steps under steps, stretches of time, words (pure)."""
