"""The scenarios that come with neuroplast, one question a file."""
