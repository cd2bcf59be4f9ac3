"""Where documents meet mathematics: a study's folder, its files, its checks."""
