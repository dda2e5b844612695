"""What tests share. `loops` and `doubles` use no code of the plugins."""
