"""Ingest: files of scans become grey pages, named and checked."""
