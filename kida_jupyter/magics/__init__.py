"""``%%kida`` and ``%kida``: their options, the commands, and what a cell asks for."""
