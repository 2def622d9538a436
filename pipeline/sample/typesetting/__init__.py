"""Typesetting: numbers and words become a printed page."""
