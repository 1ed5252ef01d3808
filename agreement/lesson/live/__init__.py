"""The live network: its numbers, its stops, its picture, and how each number arises."""
