"""Games of incomplete information with closed forms."""
