"""What other tools read: signal, lead, call and comment records, their schemas, and how they are written."""
