"""What is tested: organisations, products, systems and their declarations."""
