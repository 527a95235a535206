"""The pages of the console and what guards them."""
