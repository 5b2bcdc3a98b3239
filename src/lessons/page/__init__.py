"""The page tower: from a Markdown file to a rendered, checked page. Knows no variational autoencoder."""
