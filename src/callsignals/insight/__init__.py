"""What the finished results say together, for people: candidates for terms, and what differs between groups."""
