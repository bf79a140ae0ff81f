"""What tests a CoT besides its reading: its steps against its edges, further readings, rivals."""
