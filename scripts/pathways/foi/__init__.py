"""Answers under the Freedom of Information Act: from a council's document to reviewed seed rows."""
