"""What stops the interpreter."""


class Refused(Exception):
    """The text has something that the interpreter does not know, or that exact arithmetic must not have."""

    def __init__(self, file, line, what):
        super().__init__(f"{file}:{line}: refused: {what}")


class Fault(Exception):
    """A kernel did, while it ran, what no kernel may do. `kind` is one word or two for tests; the message is for people."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind
