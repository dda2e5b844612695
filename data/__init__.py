"""Small sets of stimuli that come with neuroplast; README.md tells their origin and licence."""
