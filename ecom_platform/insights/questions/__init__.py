"""The answers to the questions: a module a question, named after it, whose `INQUIRY` declares how it is answered."""
