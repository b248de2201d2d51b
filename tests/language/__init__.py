"""The language, told in plain files: one case a file, by topic. README.md says how a case is written."""
