"""What a server does: judging pushes and serving keys."""
