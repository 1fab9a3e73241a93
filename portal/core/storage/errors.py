"""What goes wrong with a store of files."""


class StoreAway(OSError):
    """The store of private files does not answer, refuses, or gave less than it promised; the text is for the log."""
