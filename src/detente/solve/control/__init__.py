"""One decision maker with a continuous state: closed forms, lines, proved bounds, and the check of all of them."""
