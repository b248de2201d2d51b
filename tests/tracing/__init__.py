"""Traced renders: what wrote each character, what was called and seen, and the budget."""
