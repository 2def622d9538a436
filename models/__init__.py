"""Similarity models of tablekin and the propagation of relevance through them."""
