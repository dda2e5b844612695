"""The interfaces of a layer's parts and of what stands around it, one a file."""
