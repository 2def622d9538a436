"""Report: what a person looks at: words, drawings, transcripts and apparatus."""
