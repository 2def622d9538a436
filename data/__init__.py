"""What ships with tablekin: fonts with their licences, and lexica."""
