"""Notebooks: read from percent scripts, executed in processes of their own, kept, and staged for the site."""
