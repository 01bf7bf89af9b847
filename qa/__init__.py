"""The domain: articles in, quoted answers out."""
