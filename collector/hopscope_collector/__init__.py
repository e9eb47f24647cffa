"""The collector: lines in, flows out. README.md beside this package says what is where."""
