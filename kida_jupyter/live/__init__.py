"""Cells that render again when what they read has changed."""
