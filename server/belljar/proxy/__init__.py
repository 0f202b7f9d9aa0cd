"""Proxy: asks the operator's models for visitors, so that the key to them stays here.

    page ──POST /model/v1/chat/completions──► views ──► budgets ──► upstream ──► the model's server
      ◄──── the answer's lines, each as soon as it is whole, without the key ◄─────┘

Off until the operator sets `model_url` and `model_names`. Nothing of what passes is kept or logged.
"""
