"""What comes in: settings, tables, workspaces, and transcripts made elsewhere."""
