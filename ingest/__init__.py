"""Formats in and out, without loss."""
