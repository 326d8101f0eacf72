"""The study's own record for readers: the flow, the methods in words, the text for a registry."""
