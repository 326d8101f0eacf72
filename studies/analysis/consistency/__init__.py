"""How evenly a system does: over dialogues, writers and its own replies to one dialogue."""
