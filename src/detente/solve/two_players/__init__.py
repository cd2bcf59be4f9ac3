"""Games of two players."""
