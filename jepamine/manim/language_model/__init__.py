"""The generator `llm`: a language model behind an OpenAI-compatible endpoint plans, writes and revises."""
