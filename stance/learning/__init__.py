"""Labels → weights, with honest figures."""
