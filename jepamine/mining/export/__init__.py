"""Export scored clips to the tools where work continues, and import labels from them."""
