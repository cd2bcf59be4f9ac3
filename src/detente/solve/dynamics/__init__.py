"""Evolution, learning and tournaments: how play moves, where it rests, and how long it stays there."""
