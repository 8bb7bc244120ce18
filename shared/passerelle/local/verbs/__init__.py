"""The verbs of the command line, by who needs them.

A verb imports only what it needs, when it runs: `submit` is started once for each mail, and boto3 or lxml take time.
The help of every parameter is its key in the catalogue: `command.spoken` puts the sentence there.
"""
