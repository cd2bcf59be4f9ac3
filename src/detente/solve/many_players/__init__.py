"""Games of three players and more."""
