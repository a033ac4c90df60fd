"""What goes wrong in a way that the user can mend."""


class PathwaysError(Exception):
    """Something that the user must hear, in words that stand on their own.

    The message says which file, where in it, what was found, what was expected
    and what to do. The command line prints it without a traceback and exits 1.
    """
