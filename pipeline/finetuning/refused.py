"""How a person is told that training does not begin, or does not go on."""


class Refused(ValueError):
    """What was asked is not done; str() is the sentence for the person."""
