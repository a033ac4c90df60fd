"""Children in need census returns: the door for them, made-up ones, and what is given out of them."""
