"""Sample: generated book pages with their ground truth."""
