"""Report: what a person looks at: words, drawings, transcripts and apparatus.

Its modules are imported one by one, so that what is only words does not wait for the library that draws.
"""
