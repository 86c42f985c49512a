"""Handing a finished OUT on to other tools, in the shapes that they read."""
