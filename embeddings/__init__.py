"""Text to vectors to nearest rows; knows nothing of news or questions."""
