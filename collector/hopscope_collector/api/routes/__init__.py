"""What can be asked, by whom it is asked: `records` and `traces` take in, `flows`, `changes` and `stats` give out."""
