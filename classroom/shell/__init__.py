"""The objects of the shell and of scripts: students, classes, registrations and users.

They are mappings and rows over the resources, the queries and the writes that the views use too.
The web process imports none of them.
"""
