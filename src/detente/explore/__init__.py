"""Games to move about in: parameters as sliders, and everything that follows from them at once."""
