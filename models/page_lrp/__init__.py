"""Page LRP: the digit network propagated from its detections only, block by block."""
