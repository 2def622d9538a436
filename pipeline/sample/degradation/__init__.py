"""Degradation: what ink, paper, time and the scanner do to a printed page."""
