"""Who is preferred: people or models, and each system against each other."""
