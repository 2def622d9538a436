"""Networks: the digit network, and the similarity models on top of it."""
