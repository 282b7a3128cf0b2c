"""What exactly-once costs: ours beside an empty view and the bot that most people write."""
