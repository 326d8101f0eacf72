"""The rater's pages. Each fetches, asks `current_step`, calls one verb, answers.

A session's address is its only key, and there is no cookie that a foreign page could abuse, so these views
need no CSRF token: whoever can forge the request already knows the secret. A rater who comes back late, with
cookies gone, therefore never loses an answer to a refused form.
"""
