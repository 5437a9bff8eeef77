"""How far predicted layouts are from true ones."""
