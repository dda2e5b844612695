"""The built-in plugins. They use only what a stranger's plugin can."""
