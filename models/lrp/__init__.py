"""LRP: rules, and the propagation of relevance through any network of known layers."""
