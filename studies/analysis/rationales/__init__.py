"""What reasons stress and which strategies replies use: texts coded by people and by language models."""
