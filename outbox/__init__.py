"""Letters that cannot be lost: a row in the verb's own transaction, sent after commit, at least once."""
