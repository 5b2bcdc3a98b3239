"""Executable lessons."""
