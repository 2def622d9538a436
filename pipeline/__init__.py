"""The stages of tablekin, in the order the data flows, and the ``tablekin`` command."""
