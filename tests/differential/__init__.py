"""Random templates rendered by Jinja2 and by Kida, which must agree."""
