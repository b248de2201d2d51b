"""Proof of docs/thread-safety.md: a file for each subject, and no claim without a test."""
