"""What can be offered and told about a template that is being written: completion and help, without IPython."""
