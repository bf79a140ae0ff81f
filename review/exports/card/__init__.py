"""What describes a bundle: the data set card, and metadata for hubs, tools and citations."""
