"""What is wrong, or may be wrong, with the material: named findings before anything is loaded."""
