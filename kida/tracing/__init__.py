"""What rendering leaves to be seen: the way of an error through templates."""
