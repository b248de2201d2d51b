"""What a notebook shows of templates besides their output."""
