"""Version of this tablekin, where the rest of it can ask for it without asking for the rest."""

__version__ = "0.2.0"
