"""Workspaces and results in object stores and on servers: copied here, heard, and written back."""
