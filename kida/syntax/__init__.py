"""Text to nodes: the lexer, the nodes and the parser."""
