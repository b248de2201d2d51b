"""The two parts of the engine that stand on their own: a cache, and advice on worker counts."""
