"""Games with parameters: closed forms and the conditions under which they hold."""
