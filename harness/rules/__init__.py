"""Static rules: what one package, by itself, says about the requirements of the catalogue marked S."""
