"""How a template is told apart from the text around it: the delimiters and the white-space options."""

from __future__ import annotations

from kida.values import Value


class Delimiters(Value):
    """The lexer's options, named as Jinja2's ("High Level API", class Environment).

    Raises ``ValueError`` where two delimiters are equal or one is empty, or the newline sequence is none.
    """

    block_start_string: str = "{%"
    block_end_string: str = "%}"
    variable_start_string: str = "{{"
    variable_end_string: str = "}}"
    comment_start_string: str = "{#"
    comment_end_string: str = "#}"
    line_statement_prefix: str | None = None
    line_comment_prefix: str | None = None
    trim_blocks: bool = False
    lstrip_blocks: bool = False
    newline_sequence: str = "\n"
    keep_trailing_newline: bool = False

    def check(self) -> None:
        """See `Value.check`."""
        starts = (self.block_start_string, self.variable_start_string, self.comment_start_string)
        if len(set(starts)) != len(starts):
            raise ValueError("block, variable and comment start strings must be different")
        if not all(starts) or not (
            self.block_end_string and self.variable_end_string and self.comment_end_string
        ):
            raise ValueError("delimiters must not be empty")
        if self.newline_sequence not in ("\n", "\r\n", "\r"):
            raise ValueError(r"newline_sequence must be one of '\n', '\r\n' and '\r'")
