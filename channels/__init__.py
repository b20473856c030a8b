"""How a message reaches a person, and whether it may: content, gate, caps, outbox, providers, callbacks."""
