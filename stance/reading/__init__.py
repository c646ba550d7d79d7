"""Text → one ActorContext per (article, actor)."""
