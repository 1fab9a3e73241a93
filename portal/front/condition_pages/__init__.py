"""What pages about a condition share: addresses, PDF, pictures of links, the index from A to Z."""
