"""Atlas: a corpus as a folder that a browser opens, without a server or a network."""
