"""Nodes and scopes to Python code whose every instruction is positioned in the template."""
