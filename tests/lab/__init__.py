"""The conformance lab: how servers of language models behave, as data, and what we do then.

`behaviour` is the data's form, `families` the data. `server` speaks a behaviour over a real
socket, `trial` takes an endpoint through its test and a batch of twelve questions, `table`
writes what comes of it into docs/llm-endpoints.md: `python -m tests.lab`.
"""
