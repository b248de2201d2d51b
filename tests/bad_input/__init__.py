"""Bad input: whatever the text or the values, the only outcomes are a template, a text, and an error that says where."""
