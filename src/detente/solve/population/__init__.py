"""Games of many members with a few actions each."""
