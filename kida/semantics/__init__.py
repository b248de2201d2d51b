"""Nodes to scopes: which variable each name means, and where its first value comes from."""
