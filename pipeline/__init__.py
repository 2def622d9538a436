"""The stages of tablekin, in the order the data flows, and the ``tablekin`` command."""

__version__ = "0.2.0"
